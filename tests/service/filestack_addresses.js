// Makes addresses and policies with the real filestack-js: a list of cases as JSON in, a list of answers as JSON out.
const { init, getSecurity, TransformSchema } = require("filestack-js");
const { Filelink } = require("filestack-js/build/main/lib/filelink");

const answers = JSON.parse(require("fs").readFileSync(0, "utf8")).map((wanted) => {
  if (wanted.policy) {
    return getSecurity(wanted.policy, wanted.secret);
  }
  if (wanted.tasks) {
    return Object.keys(TransformSchema.properties);
  }
  if (wanted.b64) {
    const link = new Filelink(wanted.source, wanted.apikey).setBase64(true);
    Object.entries(wanted.options).forEach(([name, options]) => link.addTask(name, options));
    return link.toString();
  }
  return init(wanted.apikey).transform(wanted.source, wanted.options);
});
process.stdout.write(JSON.stringify(answers));
