// Starts an execution for each request; the SDK is the one that AWS's runtime has.
const { SFNClient, StartExecutionCommand } = require("@aws-sdk/client-sfn");

const stepFunctions = new SFNClient({});

exports.handler = async (event) => {
  const { flavour = "pepperoni" } = event.queryStringParameters ?? {};
  const { executionArn } = await stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn: process.env.STATE_MACHINE_ARN,
      input: JSON.stringify({ flavour }),
    }),
  );
  console.log("Started", executionArn);
  return {
    statusCode: 200,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ message: "The Pizzeria is processing your order", executionArn }),
  };
};
