// Plans with the page's own module: a list of cases as JSON in, a list of boxes and shares as JSON out.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { otherCrops, planCrop, readMap } = await import(pathToFileURL(process.argv[2]));
const { shownIn, wordsOf } = await import(new URL("shown.js", pathToFileURL(process.argv[2])));
const answers = JSON.parse(readFileSync(0, "utf8")).map(({ analysis, size, zoom, focus }) => {
  const found = {
    map: readMap(analysis.saliency),
    source: analysis.source,
    placing: analysis.placing,
  };
  const { pixels, kept, relative } = planCrop(found, size, zoom, focus && { x: focus[0], y: focus[1] });
  const shown = shownIn(found, { relative });
  return { box: pixels, kept, shown, words: shown.map(wordsOf), others: otherCrops(found, size, relative, 3).map((crop) => crop.pixels) };
});
process.stdout.write(JSON.stringify(answers));
