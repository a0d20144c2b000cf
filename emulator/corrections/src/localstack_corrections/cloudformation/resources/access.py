"""IAM, KMS, Secrets Manager and Systems Manager."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from localstack_corrections.cloudformation.resources.change import as_list, put_again

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localstack_corrections.cloudformation.records import Properties
    from localstack_corrections.cloudformation.resources.change import Change, Update


def _document(policy: Any) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)


def _principal(change: Change, kind: str, name: str) -> None:
    """Bring the inline and the managed policies of a role, user or group to what the template says."""
    iam, of = change.client("iam"), {f"{kind.capitalize()}Name": name}
    before, after = (
        {each["PolicyName"]: each["PolicyDocument"] for each in state.get("Policies") or ()}
        for state in (change.before, change.after)
    )
    for policy in set(before) - set(after):
        getattr(iam, f"delete_{kind}_policy")(**of, PolicyName=policy)
    for policy, document in after.items():
        if before.get(policy) != document:
            getattr(iam, f"put_{kind}_policy")(**of, PolicyName=policy, PolicyDocument=_document(document))
    was, wanted = (set(state.get("ManagedPolicyArns") or ()) for state in (change.before, change.after))
    for arn in sorted(was - wanted):
        getattr(iam, f"detach_{kind}_policy")(**of, PolicyArn=arn)
    for arn in sorted(wanted - was):
        getattr(iam, f"attach_{kind}_policy")(**of, PolicyArn=arn)


def _retag(change: Change, kind: str, name: str) -> None:
    iam, of = change.client("iam"), {f"{kind.capitalize()}Name": name}
    change.retag(
        lambda tags: getattr(iam, f"tag_{kind}")(**of, Tags=as_list(tags)),
        lambda keys: getattr(iam, f"untag_{kind}")(**of, TagKeys=keys),
    )


def _bound(change: Change, kind: str, name: str) -> None:
    if not change.changed("PermissionsBoundary"):
        return
    iam, of = change.client("iam"), {f"{kind.capitalize()}Name": name}
    if boundary := change.after.get("PermissionsBoundary"):
        getattr(iam, f"put_{kind}_permissions_boundary")(**of, PermissionsBoundary=boundary)
    else:
        getattr(iam, f"delete_{kind}_permissions_boundary")(**of)


def role(change: Change) -> None:
    """Change a role in place: sessions that hold it go on."""
    iam, name = change.client("iam"), change.after["RoleName"]
    if change.changed("AssumeRolePolicyDocument"):
        document = _document(change.after["AssumeRolePolicyDocument"])
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
    if change.changed("Description", "MaxSessionDuration"):
        iam.update_role(
            RoleName=name,
            Description=change.after.get("Description", ""),
            MaxSessionDuration=int(change.after.get("MaxSessionDuration", 3600)),
        )
    _principal(change, "role", name)
    _bound(change, "role", name)
    _retag(change, "role", name)


def user(change: Change) -> None:
    """Change a user in place: its access keys stay."""
    iam, name = change.client("iam"), change.after["UserName"]
    before, after = (set(state.get("Groups") or ()) for state in (change.before, change.after))
    for group_name in sorted(before - after):
        iam.remove_user_from_group(GroupName=group_name, UserName=name)
    for group_name in sorted(after - before):
        iam.add_user_to_group(GroupName=group_name, UserName=name)
    _principal(change, "user", name)
    _bound(change, "user", name)
    _retag(change, "user", name)


def release_user(change: Change) -> None:
    """Take a user out of its groups and from its policies: IAM deletes no user that has any."""
    user(replace(change, after={"UserName": change.before["Id"]}))


def group(change: Change) -> None:
    """Change the policies of a group: its users stay."""
    _principal(change, "group", change.after["GroupName"])


def instance_profile(change: Change) -> None:
    """Change the role of an instance profile."""
    iam, name = change.client("iam"), change.after["InstanceProfileName"]
    before, after = (set(state.get("Roles") or ()) for state in (change.before, change.after))
    for role_name in sorted(before - after):
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role_name)
    for role_name in sorted(after - before):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role_name)


def _holders(properties: Properties) -> set[tuple[str, str]]:
    """Return the roles, users and groups that a policy is for."""
    return {(kind.lower(), name) for kind in ("Role", "User", "Group") for name in properties.get(f"{kind}s") or ()}


def inline_policy(change: Change) -> None:
    """Put a policy into each holder, and delete it from each it no longer is for."""
    iam, document = change.client("iam"), _document(change.after["PolicyDocument"])
    before, after = _holders(change.before), _holders(change.after)
    old, new = change.before["PolicyName"], change.after["PolicyName"]
    for kind, name in sorted(before if old != new else before - after):
        getattr(iam, f"delete_{kind}_policy")(**{f"{kind.capitalize()}Name": name}, PolicyName=old)
    for kind, name in sorted(after):
        holder = {f"{kind.capitalize()}Name": name}
        getattr(iam, f"put_{kind}_policy")(**holder, PolicyName=new, PolicyDocument=document)


def managed_policy(change: Change) -> None:
    """Make a new default version of a policy, and attach it to those it is for."""
    iam, arn = change.client("iam"), change.after["Id"]
    if change.changed("PolicyDocument"):
        old = iam.list_policy_versions(PolicyArn=arn)["Versions"]
        iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=_document(change.after["PolicyDocument"]), SetAsDefault=True
        )
        # a policy has at most five versions; CloudFormation keeps the newest
        for version in old:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    before, after = _holders(change.before), _holders(change.after)
    for kind, name in sorted(before - after):
        getattr(iam, f"detach_{kind}_policy")(**{f"{kind.capitalize()}Name": name}, PolicyArn=arn)
    for kind, name in sorted(after - before):
        getattr(iam, f"attach_{kind}_policy")(**{f"{kind.capitalize()}Name": name}, PolicyArn=arn)


def key(change: Change) -> None:
    """Change a key in place: what it has encrypted stays readable."""
    kms, key_id = change.client("kms"), change.after["KeyId"]
    if change.changed("Description"):
        kms.update_key_description(KeyId=key_id, Description=change.after.get("Description", ""))
    if change.changed("KeyPolicy") and "KeyPolicy" in change.after:
        kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=_document(change.after["KeyPolicy"]))
    if change.changed("EnableKeyRotation"):
        rotates = change.after.get("EnableKeyRotation", False)
        kms.enable_key_rotation(KeyId=key_id) if rotates else kms.disable_key_rotation(KeyId=key_id)
    if change.changed("Enabled"):
        kms.enable_key(KeyId=key_id) if change.after.get("Enabled", True) else kms.disable_key(KeyId=key_id)
    change.retag(
        lambda tags: kms.tag_resource(KeyId=key_id, Tags=as_list(tags, "TagKey", "TagValue")),
        lambda keys: kms.untag_resource(KeyId=key_id, TagKeys=keys),
    )


def key_alias(change: Change) -> None:
    """Point an alias to another key."""
    change.client("kms").update_alias(AliasName=change.after["AliasName"], TargetKeyId=change.after["TargetKeyId"])


def secret(change: Change) -> None:
    """Change a secret in place: a new value is a new version, and the old one stays the previous version."""
    api, arn = change.client("secretsmanager"), change.after["Id"]
    settings: dict[str, Any] = {}
    if change.changed("Description"):
        settings["Description"] = change.after.get("Description", "")
    if change.changed("KmsKeyId") and "KmsKeyId" in change.after:
        settings["KmsKeyId"] = change.after["KmsKeyId"]
    if change.changed("SecretString", "GenerateSecretString"):
        settings["SecretString"] = _secret_value(change)
    if settings:
        api.update_secret(SecretId=arn, **settings)
    change.retag(
        lambda tags: api.tag_resource(SecretId=arn, Tags=as_list(tags)),
        lambda keys: api.untag_resource(SecretId=arn, TagKeys=keys),
    )


def _secret_value(change: Change) -> str:
    generated = change.after.get("GenerateSecretString")
    if generated is None:
        return str(change.after.get("SecretString", ""))
    value = change.provider._get_secret_value(generated)
    if template := generated.get("SecretStringTemplate"):
        value = change.provider._modify_secret_template(template, value, generated)
    return str(value)


def parameter(change: Change) -> None:
    """Put a parameter over itself, and tag it."""
    ssm, name = change.client("ssm"), change.after["Name"]
    names = ("AllowedPattern", "DataType", "Policies", "Tier", "Type")
    settings = {key: change.after[key] for key in names if key in change.after}
    ssm.put_parameter(
        Name=name,
        Value=str(change.after["Value"]),
        Description=change.after.get("Description", ""),
        Overwrite=True,
        **settings,
    )
    of = {"ResourceType": "Parameter", "ResourceId": name}
    change.retag(
        lambda tags: ssm.add_tags_to_resource(**of, Tags=as_list(tags)),
        lambda keys: ssm.remove_tags_from_resource(**of, TagKeys=keys),
    )


BEFORE_DELETION: Mapping[str, Update] = {"AWS::IAM::User": release_user}

UPDATES: Mapping[str, Update] = {
    "AWS::IAM::Group": group,
    "AWS::IAM::InstanceProfile": instance_profile,
    "AWS::IAM::ManagedPolicy": managed_policy,
    "AWS::IAM::Policy": inline_policy,
    "AWS::IAM::Role": role,
    "AWS::IAM::User": user,
    "AWS::KMS::Alias": key_alias,
    "AWS::KMS::Key": key,
    "AWS::SSM::Parameter": parameter,
    "AWS::SecretsManager::ResourcePolicy": put_again,
    "AWS::SecretsManager::Secret": secret,
    "AWS::SecretsManager::SecretTargetAttachment": put_again,
}
