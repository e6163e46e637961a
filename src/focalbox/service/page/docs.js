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

function section(path, method, operation) {
  const found = made("section", "", made("h2", operation.summary), made("p", "", made("code", `${method.toUpperCase()} ${path}`)));
  if (operation.parameters?.length) {
    const table = made("table");
    for (const option of operation.parameters) {
      table.append(made("tr", "", made("td", "", made("code", option.name)), made("td", option.description),
        made("td", kind(option.schema))));
    }
    found.append(table);
  }
  return found;
}

const place = document.getElementById("operations");
try {
  const described = await (await fetch("/openapi.json")).json();
  place.replaceChildren();
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const [method, operation] of Object.entries(methods)) place.append(section(path, method, operation));
  }
} catch {
  place.replaceChildren(made("p", "The document could not be read."));
}
