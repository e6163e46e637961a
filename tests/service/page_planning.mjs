// Plans with the page's own module: a list of cases as JSON in, a list of boxes and shares as JSON out.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { planCrop, readMap } = await import(pathToFileURL(process.argv[2]));
const answers = JSON.parse(readFileSync(0, "utf8")).map(({ analysis, size, zoom }) => {
  const found = {
    map: readMap(analysis.saliency),
    source: analysis.source,
    placing: analysis.placing,
  };
  const { pixels, kept } = planCrop(found, size, zoom);
  return { box: pixels, kept };
});
process.stdout.write(JSON.stringify(answers));
