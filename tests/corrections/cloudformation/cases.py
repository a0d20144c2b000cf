"""One line for each way a resource can change: what it starts as, what it becomes, and how its service describes it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from localdev.engines.clients import Clients

type Properties = dict[str, Any]
IT = "It"
"""The logical id of the resource that changes."""


@dataclass(frozen=True)
class Case:
    """One resource type."""

    type_: str
    before: Properties
    after: Properties
    describe: Callable[[Clients, str], Any]
    """Takes the physical id."""
    always: Properties = field(default_factory=dict)
    """What the resource needs, and keeps."""
    beside: Properties = field(default_factory=dict)
    """Other resources, by logical id."""
    described: str = IT
    """The logical id of the resource that shows the change."""

    def resources(self, properties: Properties) -> Properties:
        """Return a template's resources."""
        return {**self.beside, IT: {"Type": self.type_, "Properties": {**self.always, **properties}}}


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _policy(action: str, principal: str = "lambda") -> Properties:
    statement = {"Effect": "Allow", "Action": action, "Principal": {"Service": f"{principal}.amazonaws.com"}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _permissions(action: str) -> Properties:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": _policy("sts:AssumeRole")}}
QUEUE = {"Type": "AWS::SQS::Queue"}
TOPIC = {"Type": "AWS::SNS::Topic"}
API = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "api"}}
ROOT = {"Fn::GetAtt": ["Api", "RootResourceId"]}
_CODE = "def handler(event, context):\n    return {number}\n"


def _function(number: int) -> Properties:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": _CODE.format(number=number)},
        },
    }


FUNCTION = {"Role": ROLE, "Function": _function(1)}


def _mock(text: str) -> Properties:
    return {
        "Type": "MOCK",
        "RequestTemplates": {"application/json": '{"statusCode": 200}'},
        "IntegrationResponses": [{"StatusCode": "200", "ResponseTemplates": {"application/json": text}}],
    }


def _method(path: Any = ROOT, depends_on: str | None = None) -> Properties:
    method: Properties = {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": "Api"}, "ResourceId": path, "HttpMethod": "GET", "AuthorizationType": "NONE",
            "Integration": _mock("hello"), "MethodResponses": [{"StatusCode": "200"}],
        },
    }  # fmt: skip
    return {**method, "DependsOn": depends_on} if depends_on else method


def _snapshot(after: str) -> Properties:
    return {"Type": "AWS::ApiGateway::Deployment", "DependsOn": after, "Properties": {"RestApiId": {"Ref": "Api"}}}


DEPLOYED_API = {
    "Api": API,
    "Method": _method(),
    "First": {
        "Type": "AWS::ApiGateway::Deployment",
        "DependsOn": "Method",
        "Properties": {"RestApiId": {"Ref": "Api"}},
    },
    "Second": {
        "Type": "AWS::ApiGateway::Deployment",
        "DependsOn": "First",
        "Properties": {"RestApiId": {"Ref": "Api"}},
    },
}
_PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
_WAIT = {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 1, "End": True}}}


def _client(aws: Clients, service: str) -> Any:
    return cast(Any, aws).client(service)


def _queue(aws: Clients, url: str) -> Any:
    sqs = _client(aws, "sqs")
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return attributes, sqs.list_queue_tags(QueueUrl=url).get("Tags")


def _rule(aws: Clients, name: str) -> Any:
    events, (bus, _, rule) = _client(aws, "events"), name.rpartition("|")
    on = {"EventBusName": bus} if bus else {}
    targets = events.list_targets_by_rule(Rule=rule, **on)["Targets"]
    return events.describe_rule(Name=rule, **on), sorted(targets, key=str)


def _function_of(aws: Clients, name: str) -> Any:
    found = _client(aws, "lambda").get_function(FunctionName=name)
    return found["Configuration"], found.get("Tags")


def _role(aws: Clients, name: str) -> Any:
    iam = _client(aws, "iam")
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
    iam = _client(aws, "iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    holders = iam.list_entities_for_policy(PolicyArn=arn)
    return document, [role["RoleName"] for role in holders["PolicyRoles"]]


def _table(aws: Clients, name: str) -> Any:
    dynamodb = _client(aws, "dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    kept = (
        "AttributeDefinitions", "KeySchema", "BillingModeSummary", "ProvisionedThroughput", "StreamSpecification",
        "DeletionProtectionEnabled",
    )  # fmt: skip
    indexes = [
        (each["IndexName"], each["KeySchema"], each["Projection"]) for each in table.get("GlobalSecondaryIndexes", [])
    ]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    return {key: table.get(key) for key in kept}, sorted(indexes, key=str), tags, _expiry(aws, name)


def _expiry(aws: Clients, name: str) -> Any:
    found = _client(aws, "dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return found.get("AttributeName") if found["TimeToLiveStatus"] == "ENABLED" else None


def _bucket(aws: Clients, name: str) -> Any:
    s3 = _client(aws, "s3")
    found: Properties = {"notifications": s3.get_bucket_notification_configuration(Bucket=name)}
    found["versions"] = s3.get_bucket_versioning(Bucket=name).get("Status", "Suspended")
    for part in ("cors", "website", "tagging"):
        try:
            found[part] = getattr(s3, f"get_bucket_{part}")(Bucket=name)
        except s3.exceptions.ClientError as error:
            found[part] = error.response["Error"]["Code"]
    return found


def _log_group(aws: Clients, name: str) -> Any:
    logs = _client(aws, "logs")
    group = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    return group.get("retentionInDays"), logs.list_tags_log_group(logGroupName=name)["tags"]


def _secret(aws: Clients, arn: str) -> Any:
    api = _client(aws, "secretsmanager")
    found = api.describe_secret(SecretId=arn)
    return found.get("Description"), found.get("Tags"), api.get_secret_value(SecretId=arn)["SecretString"]


def _parameter(aws: Clients, name: str) -> Any:
    ssm = _client(aws, "ssm")
    found = ssm.get_parameter(Name=name)["Parameter"]
    described = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"][0]
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    return found["Value"], found["Type"], described.get("Description"), sorted(tags, key=str)


def _key(aws: Clients, key: str) -> Any:
    kms = _client(aws, "kms")
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    rotates = kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] if found["Enabled"] else None
    return found["Description"], found["Enabled"], rotates, kms.list_resource_tags(KeyId=key)["Tags"]


def _topic(aws: Clients, arn: str) -> Any:
    sns = _client(aws, "sns")
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    endpoints = sorted(each["Endpoint"] for each in subscriptions)
    tags = sns.list_tags_for_resource(ResourceArn=arn)["Tags"]
    kept = ("DisplayName", "KmsMasterKeyId", "TracingConfig", "SignatureVersion")
    return {key: attributes.get(key) for key in kept}, endpoints, sorted(tags, key=str)


def _subscription(aws: Clients, arn: str) -> Any:
    attributes = _client(aws, "sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    policy = json.loads(attributes.get("FilterPolicy") or "{}")
    return policy, attributes.get("RawMessageDelivery"), attributes.get("FilterPolicyScope", "MessageAttributes")


def _user(aws: Clients, name: str) -> Any:
    iam = _client(aws, "iam")
    groups = iam.list_groups_for_user(UserName=name)["Groups"]
    return (
        sorted(each["GroupName"] for each in groups),
        iam.list_user_policies(UserName=name)["PolicyNames"],
        iam.list_attached_user_policies(UserName=name)["AttachedPolicies"],
        iam.list_user_tags(UserName=name)["Tags"],
    )


def _machine(aws: Clients, arn: str) -> Any:
    api = _client(aws, "stepfunctions")
    found = api.describe_state_machine(stateMachineArn=arn)
    kept = {key: found.get(key) for key in ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration")}
    return kept, sorted(api.list_tags_for_resource(resourceArn=arn)["tags"], key=str)


def _alarm(aws: Clients, name: str) -> Any:
    found = _client(aws, "cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return found["MetricAlarms"], found["CompositeAlarms"]


_ALARM = {
    "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
_ARN = {"Fn::GetAtt": ["Queue", "Arn"]}
_MANAGED = "arn:aws:iam::aws:policy/"

CASES: tuple[Case, ...] = (
    Case(
        "AWS::SQS::Queue",
        {"VisibilityTimeout": 10, "DelaySeconds": 1, "Tags": _tags(a="1", b="2")},
        {"VisibilityTimeout": 20, "MessageRetentionPeriod": 600, "Tags": _tags(b="3", c="4")},
        _queue,
    ),
    Case(
        "AWS::SQS::QueuePolicy",
        {"PolicyDocument": _policy("sqs:SendMessage")},
        {"PolicyDocument": _policy("sqs:ReceiveMessage")},
        _queue,
        {"Queues": [{"Ref": "Queue"}], "PolicyDocument": _policy("sqs:*")},
        {"Queue": QUEUE},
        described="Queue",
    ),
    Case(
        "AWS::SNS::Topic",
        {"DisplayName": "one", "Tags": _tags(a="1", b="2"), "Subscription": [{"Protocol": "sqs", "Endpoint": _ARN}]},
        {"DisplayName": "two", "Tags": _tags(b="3")},
        _topic,
        beside={"Queue": QUEUE},
    ),
    Case(
        "AWS::SNS::Subscription",
        {"FilterPolicy": {"kind": ["a"]}, "RawMessageDelivery": True},
        {"FilterPolicy": {"kind": ["b"]}},
        _subscription,
        {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": _ARN},
        {"Queue": QUEUE, "Topic": TOPIC},
    ),
    Case(
        "AWS::DynamoDB::Table",
        {
            "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": True},
            "Tags": _tags(a="1"),
        },
        {
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "other", "AttributeType": "S"},
            ],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "others",
                    "KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "Tags": _tags(b="2"),
        },
        _table,
        {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        },
    ),
    Case(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
            "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
            "Tags": _tags(a="1"),
        },
        {"WebsiteConfiguration": {"IndexDocument": "index.html"}, "Tags": _tags(b="2")},
        _bucket,
    ),
    Case(
        "AWS::S3::BucketPolicy",
        {"PolicyDocument": _policy("s3:GetObject")},
        {"PolicyDocument": _policy("s3:PutObject")},
        lambda aws, name: _client(aws, "s3").get_bucket_policy(Bucket=name)["Policy"],
        {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": _policy("s3:*")},
        {"Bucket": {"Type": "AWS::S3::Bucket"}},
        described="Bucket",
    ),
    Case(
        "AWS::Logs::LogGroup",
        {"RetentionInDays": 7, "Tags": _tags(a="1")},
        {"RetentionInDays": 30, "Tags": _tags(b="2")},
        _log_group,
    ),
    Case(
        "AWS::IAM::Role",
        {
            "Description": "one",
            "Policies": [{"PolicyName": "p", "PolicyDocument": _permissions("s3:*")}],
            "ManagedPolicyArns": [f"{_MANAGED}AmazonS3ReadOnlyAccess"],
            "Tags": _tags(a="1"),
        },
        {
            "AssumeRolePolicyDocument": _policy("sts:AssumeRole", "states"),
            "MaxSessionDuration": 7200,
            "Policies": [{"PolicyName": "q", "PolicyDocument": _permissions("sqs:*")}],
            "ManagedPolicyArns": [f"{_MANAGED}AmazonSQSFullAccess"],
        },
        _role,
        {"AssumeRolePolicyDocument": _policy("sts:AssumeRole")},
    ),
    Case(
        "AWS::IAM::ManagedPolicy",
        {"Roles": [{"Ref": "Role"}]},
        {"PolicyDocument": _permissions("sqs:*")},
        _managed_policy,
        {"PolicyDocument": _permissions("s3:*")},
        {"Role": ROLE},
    ),
    Case(
        "AWS::IAM::User",
        {"Groups": [{"Ref": "Group"}], "ManagedPolicyArns": [f"{_MANAGED}AmazonS3ReadOnlyAccess"]},
        {"Policies": [{"PolicyName": "q", "PolicyDocument": _permissions("sqs:*")}]},
        _user,
        beside={"Group": {"Type": "AWS::IAM::Group"}},
    ),
    Case(
        "AWS::KMS::Key",
        {"Description": "one", "EnableKeyRotation": True},
        {"Description": "two", "Tags": _tags(a="1")},
        _key,
    ),
    Case(
        "AWS::SecretsManager::Secret",
        {"Description": "one", "Tags": _tags(a="1")},
        {"SecretString": "second", "Tags": _tags(b="2")},
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
        "AWS::Lambda::Function",
        {"MemorySize": 256, "Environment": {"Variables": {"NAME": "1"}}, "Description": "one", "Tags": _tags(a="1")},
        {"Timeout": 9, "Code": {"ZipFile": _CODE.format(number=2)}, "Tags": _tags(b="2")},
        _function_of,
        _function(1)["Properties"],
        {"Role": ROLE},
    ),
    Case(
        "AWS::Lambda::Url",
        {"Cors": {"AllowOrigins": ["*"]}},
        {"AuthType": "AWS_IAM"},
        lambda aws, arn: _client(aws, "lambda").get_function_url_config(FunctionName=arn),
        {"TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]}, "AuthType": "NONE"},
        FUNCTION,
    ),
    Case(
        "AWS::Lambda::EventSourceMapping",
        {"BatchSize": 5, "FilterCriteria": {"Filters": [{"Pattern": '{"a": [1]}'}]}},
        {"Enabled": False, "MaximumBatchingWindowInSeconds": 1},
        lambda aws, it: _client(aws, "lambda").get_event_source_mapping(UUID=it),
        {"FunctionName": {"Ref": "Function"}, "EventSourceArn": _ARN},
        {**FUNCTION, "Queue": QUEUE},
    ),
    Case(
        "AWS::StepFunctions::StateMachine",
        {"DefinitionString": json.dumps(_PASS), "Tags": [{"Key": "a", "Value": "1"}]},
        {"DefinitionString": json.dumps(_WAIT), "RoleArn": {"Fn::GetAtt": ["Other", "Arn"]}},
        _machine,
        {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "DefinitionString": json.dumps({**_PASS, "Comment": "plain"})},
        {"Role": ROLE, "Other": ROLE},
    ),
    Case(
        "AWS::Events::Rule",
        {"Description": "one", "Targets": [{"Id": "a", "Arn": _ARN}, {"Id": "b", "Arn": _ARN}]},
        {"EventPattern": {"source": ["b"]}, "State": "DISABLED", "Targets": [{"Id": "b", "Arn": _ARN, "Input": "{}"}]},
        _rule,
        {"EventPattern": {"source": ["a"]}},
        {"Queue": QUEUE},
    ),
    Case(
        "AWS::Events::Rule",
        {"Targets": [{"Id": "a", "Arn": _ARN}]},
        {"EventPattern": {"source": ["b"]}, "Targets": [{"Id": "c", "Arn": _ARN}]},
        _rule,
        {"EventPattern": {"source": ["a"]}, "EventBusName": {"Ref": "Bus"}},
        {
            "Queue": QUEUE,
            "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": {"Fn::Sub": "${AWS::StackName}-bus"}}},
        },
    ),
    Case(
        "AWS::Scheduler::Schedule",
        {"Description": "one", "ScheduleExpressionTimezone": "Europe/Vienna"},
        {"ScheduleExpression": "rate(2 days)", "State": "DISABLED"},
        lambda aws, name: _client(aws, "scheduler").get_schedule(Name=name),
        {
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ScheduleExpression": "rate(1 days)",
            "Target": {"Arn": _ARN, "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
        {"Queue": QUEUE, "Role": ROLE},
    ),
    Case(
        "AWS::CloudWatch::Alarm",
        {"AlarmDescription": "one", "TreatMissingData": "breaching"},
        {"Threshold": 5, "ActionsEnabled": False},
        _alarm,
        _ALARM,
    ),
    Case(
        "AWS::ApiGateway::RestApi",
        {"Description": "one", "BinaryMediaTypes": ["image/png", "a/b"], "Tags": _tags(a="1")},
        {"Name": "other", "BinaryMediaTypes": ["image/jpeg"], "DisableExecuteApiEndpoint": True, "Tags": _tags(b="2")},
        lambda aws, it: _client(aws, "apigateway").get_rest_api(restApiId=it),
        {"Name": "api"},
    ),
    Case(
        "AWS::ApiGateway::ApiKey",
        {"Description": "one", "Enabled": True},
        {"Description": "two"},
        lambda aws, it: {**_client(aws, "apigateway").get_api_key(apiKey=it), "value": None},
        {"Name": "key"},
    ),
    Case(
        "AWS::ApiGateway::UsagePlan",
        {"Throttle": {"BurstLimit": 1, "RateLimit": 2}, "Quota": {"Limit": 5, "Period": "DAY"}},
        {"Description": "two", "Throttle": {"BurstLimit": 7, "RateLimit": 8}},
        lambda aws, it: _client(aws, "apigateway").get_usage_plan(usagePlanId=it),
        {"UsagePlanName": "plan"},
    ),
)
