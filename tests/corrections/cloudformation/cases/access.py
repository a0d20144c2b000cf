"""IAM, KMS, Secrets Manager and Systems Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.corrections.cloudformation.cases.base import ROLE, Case, client, permissions, tags, trust

if TYPE_CHECKING:
    from localdev.engines.clients import Clients


def _role(aws: Clients, name: str) -> Any:
    iam = client(aws, "iam")
    inline = {
        policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    }
    return (
        iam.get_role(RoleName=name)["Role"],
        inline,
        iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"],
    )


def _managed_policy(aws: Clients, arn: str) -> Any:
    iam = client(aws, "iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    holders = iam.list_entities_for_policy(PolicyArn=arn)
    return document, [role["RoleName"] for role in holders["PolicyRoles"]]


def _user(aws: Clients, name: str) -> Any:
    iam = client(aws, "iam")
    groups = iam.list_groups_for_user(UserName=name)["Groups"]
    return (
        sorted(each["GroupName"] for each in groups),
        iam.list_user_policies(UserName=name)["PolicyNames"],
        iam.list_attached_user_policies(UserName=name)["AttachedPolicies"],
        iam.list_user_tags(UserName=name)["Tags"],
    )


def _key(aws: Clients, key: str) -> Any:
    kms = client(aws, "kms")
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    if found["KeyState"] == "PendingDeletion":
        return None
    rotates = kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] if found["Enabled"] else None
    return found["Description"], found["Enabled"], rotates, kms.list_resource_tags(KeyId=key)["Tags"]


def _secret(aws: Clients, arn: str) -> Any:
    api = client(aws, "secretsmanager")
    found = api.describe_secret(SecretId=arn)
    return found.get("Description"), found.get("Tags"), api.get_secret_value(SecretId=arn)["SecretString"]


def _parameter(aws: Clients, name: str) -> Any:
    ssm = client(aws, "ssm")
    found = ssm.get_parameter(Name=name)["Parameter"]
    described = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"][0]
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return found["Value"], found["Type"], described.get("Description"), sorted(tags, key=str)


def _inline_policy(aws: Clients, name: str) -> Any:
    return client(aws, "iam").list_role_policies(RoleName=name), _role(aws, name)[1]


def _group(aws: Clients, name: str) -> Any:
    iam = client(aws, "iam")
    documents = {
        policy: iam.get_group_policy(GroupName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_group_policies(GroupName=name)["PolicyNames"]
    }
    return documents, iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"]


def _profile(aws: Clients, name: str) -> Any:
    found = client(aws, "iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
    return [role["RoleName"] for role in found["Roles"]]


def _key_alias(aws: Clients, name: str) -> Any:
    kms = client(aws, "kms")
    aliases = [page["Aliases"] for page in kms.get_paginator("list_aliases").paginate()]
    return [each.get("TargetKeyId") for page in aliases for each in page if each["AliasName"] == name]


_MANAGED = "arn:aws:iam::aws:policy/"

CASES: tuple[Case, ...] = (
    Case(
        "AWS::IAM::Role",
        {
            "Description": "one",
            "Policies": [{"PolicyName": "p", "PolicyDocument": permissions("s3:*")}],
            "ManagedPolicyArns": [f"{_MANAGED}AmazonS3ReadOnlyAccess"],
            "Tags": tags(a="1"),
        },
        {
            "AssumeRolePolicyDocument": trust("sts:AssumeRole", "states"),
            "MaxSessionDuration": 7200,
            "Policies": [{"PolicyName": "q", "PolicyDocument": permissions("sqs:*")}],
            "ManagedPolicyArns": [f"{_MANAGED}AmazonSQSFullAccess"],
        },
        _role,
        {"AssumeRolePolicyDocument": trust("sts:AssumeRole")},
    ),
    Case(
        "AWS::IAM::ManagedPolicy",
        {"Roles": [{"Ref": "Role"}]},
        {"PolicyDocument": permissions("sqs:*")},
        _managed_policy,
        {"PolicyDocument": permissions("s3:*")},
        {"Role": ROLE},
    ),
    Case(
        "AWS::IAM::User",
        {"Groups": [{"Ref": "Group"}], "ManagedPolicyArns": [f"{_MANAGED}AmazonS3ReadOnlyAccess"]},
        {"Policies": [{"PolicyName": "q", "PolicyDocument": permissions("sqs:*")}]},
        _user,
        beside={"Group": {"Type": "AWS::IAM::Group"}},
    ),
    Case(
        "AWS::KMS::Key",
        {"Description": "one", "EnableKeyRotation": True},
        {"Description": "two", "Tags": tags(a="1")},
        _key,
    ),
    Case(
        "AWS::SecretsManager::Secret",
        {"Description": "one", "Tags": tags(a="1")},
        {"SecretString": "second", "Tags": tags(b="2")},
        _secret,
        {"SecretString": "first"},
    ),
    Case(
        "AWS::SSM::Parameter",
        {"Description": "one", "Tags": {"a": "1"}},
        {"Value": "second", "Tags": {"b": "2"}},
        _parameter,
        {"Type": "String", "Value": "first"},
    ),
    Case(
        "AWS::IAM::Policy",
        {"PolicyDocument": permissions("sqs:*"), "Roles": [{"Ref": "Role"}, {"Ref": "Other"}]},
        {"PolicyName": "q"},
        _inline_policy,
        {"PolicyName": "p", "PolicyDocument": permissions("s3:*"), "Roles": [{"Ref": "Role"}]},
        {"Role": ROLE, "Other": ROLE},
        described="Role",
    ),
    Case(
        "AWS::IAM::Group",
        {"Policies": [{"PolicyName": "p", "PolicyDocument": permissions("s3:*")}]},
        {"ManagedPolicyArns": [f"{_MANAGED}AmazonSQSFullAccess"]},
        _group,
    ),
    Case(
        "AWS::IAM::InstanceProfile",
        {"Roles": [{"Ref": "Other"}]},
        {"Roles": [{"Ref": "Role"}]},
        _profile,
        {"Roles": [{"Ref": "Third"}]},
        {"Role": ROLE, "Other": ROLE, "Third": ROLE},
    ),
    Case(
        "AWS::KMS::Alias",
        {"TargetKeyId": {"Ref": "Second"}},
        {"TargetKeyId": {"Ref": "Third"}},
        _key_alias,
        {"AliasName": {"Fn::Sub": "alias/${AWS::StackName}"}, "TargetKeyId": {"Ref": "First"}},
        {name: {"Type": "AWS::KMS::Key"} for name in ("First", "Second", "Third")},
    ),
)
