// Makes addresses with the real imgproxy-js-core: a list of cases as JSON in, a list of addresses as JSON out.
import { readFileSync } from "node:fs";
import { generateUrl } from "@imgproxy/imgproxy-js-core";

const made = JSON.parse(readFileSync(0, "utf8")).map(({ value, type, options }) => generateUrl({ value, type }, options));
process.stdout.write(JSON.stringify(made));
