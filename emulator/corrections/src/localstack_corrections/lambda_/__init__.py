"""Corrections of Lambda, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.lambda_.alias_weights import ALIAS_WEIGHTS
from localstack_corrections.lambda_.bisected_batches import BISECTED_BATCHES
from localstack_corrections.lambda_.dead_letters import DEAD_LETTERS
from localstack_corrections.lambda_.environment_reservations import ENVIRONMENT_RESERVATIONS
from localstack_corrections.lambda_.failed_functions import FAILED_FUNCTIONS
from localstack_corrections.lambda_.function_urls import FUNCTION_URLS
from localstack_corrections.lambda_.hot_reload_folders import HOT_RELOAD_FOLDERS
from localstack_corrections.lambda_.idle_environments import IDLE_ENVIRONMENTS
from localstack_corrections.lambda_.invoke_headers import INVOKE_HEADERS
from localstack_corrections.lambda_.kept_positions import KEPT_POSITIONS
from localstack_corrections.lambda_.last_logs import LAST_LOGS
from localstack_corrections.lambda_.layers import LISTED_LAYERS
from localstack_corrections.lambda_.log_places import LOG_PLACES
from localstack_corrections.lambda_.package_files import PACKAGE_FILES
from localstack_corrections.lambda_.refused_events import REFUSED_EVENTS
from localstack_corrections.lambda_.refused_invocations import REFUSED_INVOCATIONS
from localstack_corrections.lambda_.reserved_variables import RESERVED_VARIABLES
from localstack_corrections.lambda_.response_streams import RESPONSE_STREAMS
from localstack_corrections.lambda_.traces import TRACES
from localstack_corrections.lambda_.unused_methods import FUNCTION_URL_METHODS
from localstack_corrections.lambda_.woken_pollers import WOKEN_POLLERS
from localstack_corrections.lambda_.zip_files import ZIP_FILES

STILL_DIFFERENT: tuple[str, ...] = (
    "Event sources: `TumblingWindowInSeconds` and `ParallelizationFactor` are kept and have no effect.",
)
CORRECTIONS: tuple[Correction, ...] = (
    PACKAGE_FILES,
    HOT_RELOAD_FOLDERS,
    ENVIRONMENT_RESERVATIONS,
    DEAD_LETTERS,
    FAILED_FUNCTIONS,
    IDLE_ENVIRONMENTS,
    REFUSED_INVOCATIONS,
    REFUSED_EVENTS,
    FUNCTION_URLS,
    RESERVED_VARIABLES,
    ALIAS_WEIGHTS,
    INVOKE_HEADERS,
    RESPONSE_STREAMS,
    TRACES,
    LOG_PLACES,
    LAST_LOGS,
    FUNCTION_URL_METHODS,
    WOKEN_POLLERS,
    BISECTED_BATCHES,
    KEPT_POSITIONS,
    ZIP_FILES,
    LISTED_LAYERS,
)
"""An answer to a function's URL is made of refusals, too: those come before it."""
