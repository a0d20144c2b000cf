// Reminders: a workflow in JSONata with handlers for Node.js. Each reminder is checked, and sent when its time has come.
import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import * as tasks from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";

class RemindersStack extends cdk.Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const checked = tasks.LambdaInvoke.jsonata(this, "Check The Reminder", {
      lambdaFunction: this.handler("Check"),
      payload: sfn.TaskInput.fromObject({ to: "{% $states.input.to %}", text: "{% $states.input.text %}" }),
      outputs: { reminder: "{% $states.result.Payload %}", minutes: "{% $states.input.minutes %}" },
    });
    const refused = sfn.Fail.jsonata(this, "Refused", {
      error: "Refused",
      cause: "{% $states.input.reason %}",
    });
    checked.addCatch(refused, {
      errors: ["InvalidReminder"],
      outputs: { reason: "{% $parse($states.errorOutput.Cause).errorMessage %}" },
    });
    const wait = sfn.Wait.jsonata(this, "Until Its Time", {
      time: sfn.WaitTime.seconds("{% $states.input.minutes * 60 %}"),
    });
    const sent = tasks.LambdaInvoke.jsonata(this, "Send It", {
      lambdaFunction: this.handler("Send"),
      payload: sfn.TaskInput.fromObject({ reminder: "{% $states.input.reminder %}" }),
      outputs: "{% $states.result.Payload %}",
    });
    const machine = new sfn.StateMachine(this, "Reminder", {
      queryLanguage: sfn.QueryLanguage.JSONATA,
      definitionBody: sfn.DefinitionBody.fromChainable(checked.next(wait).next(sent)),
    });
    new cdk.CfnOutput(this, "StateMachineArn", { value: machine.stateMachineArn });
  }

  private handler(name: string): lambda.Function {
    return new lambda.Function(this, name, {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: `${name.toLowerCase()}.handler`,
      code: lambda.Code.fromAsset("functions"),
    });
  }
}

const app = new cdk.App();
new RemindersStack(app, "reminders");
