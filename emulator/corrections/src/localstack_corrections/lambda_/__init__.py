"""Corrections of Lambda, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.lambda_.dead_letters import DEAD_LETTERS
from localstack_corrections.lambda_.environment_reservations import ENVIRONMENT_RESERVATIONS
from localstack_corrections.lambda_.failed_functions import FAILED_FUNCTIONS
from localstack_corrections.lambda_.hot_reload_folders import HOT_RELOAD_FOLDERS
from localstack_corrections.lambda_.idle_environments import IDLE_ENVIRONMENTS
from localstack_corrections.lambda_.package_files import PACKAGE_FILES
from localstack_corrections.lambda_.refused_invocations import REFUSED_INVOCATIONS
from localstack_corrections.lambda_.woken_pollers import WOKEN_POLLERS
from localstack_corrections.lambda_.zip_files import ZIP_FILES

CORRECTIONS: tuple[Correction, ...] = (
    PACKAGE_FILES,
    HOT_RELOAD_FOLDERS,
    ENVIRONMENT_RESERVATIONS,
    DEAD_LETTERS,
    FAILED_FUNCTIONS,
    IDLE_ENVIRONMENTS,
    REFUSED_INVOCATIONS,
    WOKEN_POLLERS,
    ZIP_FILES,
)
