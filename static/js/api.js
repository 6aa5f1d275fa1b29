// Swagger UI and ReDoc, as the shop's Content-Security-Policy lets them be.

const swagger = document.getElementById("swagger");
const redoc = document.getElementById("redoc");

if (swagger) {
  SwaggerUIBundle({ url: swagger.dataset.schema, domNode: swagger, deepLinking: true });
}

if (redoc) {
  // ReDoc writes its styles into style elements, which the policy empties. What is adopted by a
  // script of our own is no inline style: what it takes for a style element writes into that.
  const create = document.createElement;
  document.createElement = function (name, options) {
    if (name === "style") {
      const sheet = new CSSStyleSheet();
      const insert = sheet.insertRule.bind(sheet);
      // Nor are pictures shown that stand in the text itself.
      sheet.insertRule = (rule, at) => insert(rule.replace(/url\([^)]*\)/g, "none"), at);
      document.adoptedStyleSheets.push(sheet);
      return Object.defineProperty(create.call(document, "meta"), "sheet", { value: sheet });
    }
    return create.call(document, name, options);
  };
  // It would fetch a badge from its makers.
  const { set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
  const setSource = function (address) {
    if (new URL(address, location).origin === location.origin) set.call(this, address);
  };
  Object.defineProperty(HTMLImageElement.prototype, "src", { set: setSource });
  HTMLImageElement.prototype.setAttribute = function (name, value) {
    if (name === "src") setSource.call(this, value);
    else Element.prototype.setAttribute.call(this, name, value);
  };
  const script = create.call(document, "script");
  script.src = redoc.dataset.script;
  script.addEventListener("load", () => {
    // Its search would run in a worker made of text.
    Redoc.init(redoc.dataset.schema, { disableSearch: true, nativeScrollbars: true }, redoc);
  });
  document.head.append(script);
}
