/** The script of the interface's page: it sends what a form says, and shows what comes. */

/** In plain JavaScript, as a browser gets it. */
export const apiScript = `"use strict";
const longest = 20000;
async function send(form) {
  const { method, path } = form.dataset;
  const status = form.querySelector("[role=status]");
  const answer = form.querySelector(".answer");
  answer.replaceChildren();
  const query = new URLSearchParams();
  const headers = {};
  let url = path;
  let body;
  for (const field of form.querySelectorAll("[data-in]")) {
    if (field.value === "") continue;
    if (field.dataset.in === "path") url = url.replace("{" + field.name + "}", encodeURIComponent(field.value));
    else if (field.dataset.in === "header") headers[field.name] = field.value;
    else query.set(field.name, field.value);
  }
  const file = form.querySelector("input[type=file]");
  const text = form.querySelector("textarea");
  if (file && file.files[0]) body = file.files[0];
  if (text) {
    body = text.value;
    headers["content-type"] = text.dataset.type;
  }
  status.textContent = "Asking …";
  const then = performance.now();
  try {
    const response = await fetch(url + (query.size > 0 ? "?" + query : ""), { method: method.toUpperCase(), headers, body });
    const blob = await response.blob();
    const seconds = ((performance.now() - then) / 1000).toFixed(2);
    status.textContent = response.status + " " + response.statusText + ", " + seconds + " s, " + blob.size.toLocaleString("en") + " bytes of " + (blob.type || "nothing");
    if (/json|text|xml|gpx/.test(blob.type)) {
      let said = await blob.text();
      if (/json/.test(blob.type)) said = JSON.stringify(JSON.parse(said), null, 1);
      const pre = document.createElement("pre");
      pre.tabIndex = 0;
      pre.textContent = said.length > longest ? said.slice(0, longest) + " …" : said;
      answer.append(pre);
    } else if (blob.size > 0) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = url.split("/").pop();
      link.textContent = "Save it";
      if (/^image/.test(blob.type)) {
        const image = document.createElement("img");
        image.src = link.href;
        image.alt = "What has come";
        answer.append(image);
      }
      answer.append(link);
    }
  } catch (e) {
    status.textContent = "The server does not answer (" + e.message + ").";
  }
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches(".try form")) return;
  event.preventDefault();
  void send(event.target);
});
`;
