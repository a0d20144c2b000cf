// Lets `import` find packages in the folders of NODE_PATH, as AWS's runtime does.
// https://aws.amazon.com/blogs/compute/node-js-18-x-runtime-now-available-in-aws-lambda/
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const PACKAGE = /^[^./]/;

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    return inNodePath(specifier, error);
  }
}

export function resolveNow(specifier, context, next) {
  try {
    return next(specifier, context);
  } catch (error) {
    return inNodePath(specifier, error);
  }
}

function inNodePath(specifier, error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || !PACKAGE.test(specifier)) throw error;
  try {
    return { url: pathToFileURL(require.resolve(specifier)).href, shortCircuit: true };
  } catch {
    throw error;
  }
}
