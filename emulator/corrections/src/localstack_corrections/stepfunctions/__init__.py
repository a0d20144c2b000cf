"""Corrections of Step Functions, in the order they apply."""

from localstack_corrections.correction import Correction
from localstack_corrections.stepfunctions import (
    aborted_states,
    activities,
    billing_details,
    choice_rules,
    constraints,
    context_objects,
    deleted_machines,
    distributed_map,
    encryption,
    ended_threads,
    ends,
    error_names,
    execution_lists,
    execution_log,
    fail_texts,
    grammar,
    history_limit,
    history_pages,
    host_prefixes,
    http_invoke,
    input_texts,
    inputs,
    inspection_data,
    intrinsics,
    json_texts,
    jsonata,
    jsonpath,
    kept_executions,
    lambda_errors,
    listings,
    metadata_only,
    nested_executions,
    optimised_errors,
    redrive,
    reserved_tags,
    sdk_error_names,
    sdk_metadata,
    sdk_services,
    status_events,
    task_tokens,
    test_states,
    texts,
    timestamps,
    validation,
    variables,
    versions,
)

CORRECTIONS: tuple[Correction, ...] = (
    validation.CORRECTION,
    texts.CORRECTION,
    json_texts.CORRECTION,
    grammar.CORRECTION,
    jsonata.CORRECTION,
    jsonpath.CORRECTION,
    context_objects.CORRECTION,
    choice_rules.CORRECTION,
    timestamps.CORRECTION,
    fail_texts.CORRECTION,
    intrinsics.CORRECTION,
    variables.CORRECTION,
    http_invoke.CORRECTION,
    error_names.CORRECTION,
    lambda_errors.CORRECTION,
    task_tokens.CORRECTION,
    activities.CORRECTION,
    ends.CORRECTION,
    aborted_states.CORRECTION,
    deleted_machines.CORRECTION,
    history_limit.CORRECTION,
    distributed_map.CORRECTION,
    history_pages.CORRECTION,
    execution_lists.CORRECTION,
    listings.CORRECTION,
    metadata_only.CORRECTION,
    reserved_tags.CORRECTION,
    redrive.CORRECTION,
    kept_executions.CORRECTION,
    ended_threads.CORRECTION,
    test_states.CORRECTION,
    inspection_data.CORRECTION,
    versions.CORRECTION,
    inputs.CORRECTION,
    input_texts.CORRECTION,
    billing_details.CORRECTION,
    constraints.CORRECTION,
    encryption.CORRECTION,
    host_prefixes.CORRECTION,
    sdk_services.CORRECTION,
    sdk_error_names.CORRECTION,
    sdk_metadata.CORRECTION,
    nested_executions.CORRECTION,
    optimised_errors.CORRECTION,
    status_events.CORRECTION,
    execution_log.CORRECTION,
)
STILL_DIFFERENT: tuple[str, ...] = (
    "JSONata: `$formatInteger(1e46, 'w')` and `$formatNumber(0.123, '#.e9')` are written otherwise than by jsonata-js.",
    "JSONata: AWS's bound of time is not known; ours is ten seconds of processor time for an expression.",
    (
        "Validation: where AWS's words are not known, the code and the location are AWS's and the message is ours, as"
        " is that of each warning (`NO_DOLLAR`, `NO_PATH`, `PASS_RESULT_IS_STATIC`)."
    ),
    (
        "Redrive: whether AWS enters the state that failed again (`TaskStateEntered` after `ExecutionRedriven`) is not"
        " documented; here it does. The words of `ExecutionNotRedrivable` are the reasons that DescribeExecution gives."
    ),
    (
        "Map and Parallel: what AWS records of a stopped branch or item that is itself in a Map or Parallel state was"
        " not measured; here it is recorded from the outside in. StopExecution and time-outs record no `…Aborted`"
        " events: a time-out was measured so, a stop was not. A Map Run of a stopped execution has no"
        " `MapRunAborted` event."
    ),
    (
        "Distributed Map: no Parquet files and no inventories in ORC or Parquet; at most 1,000 children run at a time;"
        " children publish no status events; the words of causes of `States.ItemReaderFailed` are ours."
    ),
    (
        "Validation: an action of an `aws-sdk` service that the SDK here does not know is accepted, since AWS may have"
        " it; so are parameters that an action does not have. Both fail when they run."
    ),
    (
        "Inputs: a state that hands its input on writes it without the spaces and line breaks that it was given with."
        " `billingDetails` always has 64 MB."
    ),
    "StopExecution of an execution that has ended answers with the date of its end; AWS's answer was not measured.",
    (
        "StartSyncExecution: SDKs put `sync-` before the endpoint's host. A client outside needs"
        " `AWS_DISABLE_HOST_PREFIX_INJECTION=true`, or the line `127.0.0.1 sync-localhost` in its hosts file: the"
        " emulator answers to such a name. Functions, fixtures and commands need neither."
    ),
    "Inputs, outputs and `States.StringToJson`: why a text is no JSON is said in AWS's words, but not at which place.",
)
"""What is known to differ from AWS, for docs/differences.md."""
