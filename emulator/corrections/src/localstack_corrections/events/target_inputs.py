"""Send a rule's target its input: a constant, a part of the event, or a template with parts of it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import uuid
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any

from localstack_corrections.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

_EVENTS = "localstack.services.events"
_DELIVERED: ContextVar[str] = ContextVar("the id of the event that is being delivered")


def _send_any_input(module: ModuleType) -> None:
    """Send what the target asks for, be it empty; and remember the event, whose id the input need not have."""

    def process_event(self: Any, event: dict[str, Any], trace_header: Any) -> None:
        delivered = _DELIVERED.set(event["id"])
        try:
            found = _input_of(module, self, {key: event[key] for key in event if key != "event-bus-name"})
            if found is not None:
                self.send_event(found, trace_header)
        finally:
            _DELIVERED.reset(delivered)

    module.TargetSender.process_event = process_event
    module.get_template_replacements = _replacements(module)  # type: ignore[attr-defined]


def _input_of(module: ModuleType, sender: Any, event: dict[str, Any]) -> Any:
    target = sender.target
    if "Input" in target:
        return json.loads(target["Input"])
    if path := target.get("InputPath"):
        return module.transform_event_with_target_input_path(path, event)
    if transformer := target.get("InputTransformer"):
        return sender.transform_event_with_target_input_transformer(transformer, event)
    return event


def _replacements(module: ModuleType) -> Callable[[Any, Any], dict[str, Any]]:
    """Return what reads the values of a template from an event; a zero is one, and so is ``false``."""

    def get_template_replacements(transformer: Any, event: Any) -> dict[str, Any]:
        found = {}
        for name, path in transformer.get("InputPathsMap", {}).items():
            if name not in module.PREDEFINED_PLACEHOLDERS:
                value = module.extract_jsonpath(event, path)
                # of a path that matches nothing it gives an empty list
                found[name] = "" if value is None or value == [] else value
        return found

    return get_template_replacements


def _fill_templates(module: ModuleType) -> None:
    """Put values into a template so that JSON stays JSON, whatever a value's type and wherever it stands."""
    original = module.replace_template_placeholders

    def replace_template_placeholders(template: str, replacements: dict[str, Any]) -> Any:
        if not template.strip().startswith("{"):
            numbers = {
                name: json.dumps(value) for name, value in replacements.items() if isinstance(value, int | float)
            }
            return original(template, {**replacements, **numbers})

        def filled(match: Any) -> str:
            value = replacements.get(match.group(1), "")
            if isinstance(value, datetime):
                return str(module.event_time_to_time_string(value))
            whole = str(module.to_json_str(value))
            is_nested_text = isinstance(value, str) and module.is_nested_in_string(template, match)
            return whole[1:-1] if is_nested_text else whole

        text = module.TRANSFORMER_PLACEHOLDER_PATTERN.sub(filled, template)
        try:
            return json.loads(text)
        except ValueError:
            module.LOG.info("The input template of a target made no JSON: %s", text)
            return None

    module.replace_template_placeholders = replace_template_placeholders  # type: ignore[attr-defined]


def _name_executions(module: ModuleType) -> None:
    """Name an execution by its event and its target, as AWS does: two rules start two."""

    def send_event(self: Any, event: Any, _trace_header: Any) -> None:
        self.service = "stepfunctions"
        name = f"{_DELIVERED.get()}_{uuid.uuid5(uuid.NAMESPACE_OID, self.unique_id)}"
        self.client.start_execution(stateMachineArn=self.target["Arn"], name=name, input=module.to_json_str(event))

    module.StatesTargetSender.send_event = send_event


def _patch_targets(module: ModuleType) -> None:
    _send_any_input(module)
    _fill_templates(module)
    _name_executions(module)


def _schedule_whole_events(module: ModuleType) -> None:
    """Hand a target of a schedule the event that the schedule is; the target's input is made from that, as always."""

    def get_scheduled_rule_job_function(self: Any, account_id: str, region: str, rule: Any) -> Callable[..., None]:
        def run(*_arguments: Any, **_options: Any) -> None:
            event = {
                "version": "0",
                "id": module.long_uid(),
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": account_id,
                "time": module.timestamp(format=module.TIMESTAMP_FORMAT_TZ),
                "region": region,
                "resources": [rule.arn],
                "detail": {},
            }
            for target in list(rule.targets.values()):
                sender = self._target_sender_store[f"{rule.arn}-{target['Id']}"]
                try:
                    sender.process_event(dict(event), trace_header=module.TraceHeader().ensure_root_exists())
                except Exception as error:  # noqa: BLE001 - one target's failure is not the others'
                    module.LOG.info("The schedule %s cannot reach its target %s: %s", rule.arn, target["Arn"], error)

        return run

    module.EventsProvider._get_scheduled_rule_job_function = get_scheduled_rule_job_function


CORRECTION = Correction(
    name="target-inputs",
    localstack="Starts no execution for an event whose input is a constant, a part or a template, since that has no"
    " `id`; sends no empty input; loses a zero in a template, and fails for a number or a quote inside its strings.",
    aws="Sends what the target asks for, and names an execution by the event and the target, so that two rules start"
    " two. How AWS makes the second half of that name is not known.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html",
    patches={f"{_EVENTS}.target": _patch_targets, f"{_EVENTS}.provider": _schedule_whole_events},
)
