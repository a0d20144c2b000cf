"""The ``AWS::ApiGatewayV2`` resource types of CloudFormation."""
