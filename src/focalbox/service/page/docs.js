// Shows the OpenAPI document: every address with its options.

const made = (name, text = "", ...children) => {
  const element = document.createElement(name);
  element.textContent = text;
  element.append(...children);
  return element;
};

function kind(schema) {
  if (schema.enum) return schema.enum.join(", ");
  if (schema.minimum !== undefined) return `${schema.type}, ${schema.minimum} to ${schema.maximum}`;
  return schema.example ? `such as ${schema.example}` : schema.type;
}

function section({ id, address, operation }) {
  const found = made("section", "", made("h2", operation.summary), made("p", "", made("code", address)));
  found.id = id;
  if (operation.parameters?.length) {
    found.append(made("dl", "", ...operation.parameters.map((option) =>
      made("div", "", made("dt", "", made("code", option.name)), made("dd", option.description), made("dd", kind(option.schema))))));
  }
  return found;
}

function contents(all) {
  const found = made("nav", "", made("ul", "", ...all.map(({ id, address, operation }) => {
    const link = made("a", operation.summary);
    link.href = `#${id}`;
    return made("li", "", link, " ", made("code", address));
  })));
  found.setAttribute("aria-label", "Addresses");
  return found;
}

const place = document.getElementById("operations");
try {
  const described = await (await fetch(new URL("../openapi.json", import.meta.url))).json();
  const all = Object.entries(described.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) =>
    ({ id: `${method}${path.replaceAll(/\W+/g, "-")}`, address: `${method.toUpperCase()} ${path}`, operation })));
  place.replaceChildren(contents(all), ...all.map(section));
} catch {
  const problem = made("p", "The service does not answer. Is it still running?");
  Object.assign(problem, { className: "problem", role: "alert" });
  place.replaceChildren(problem);
}
