"use strict";
// Draws the charts of this page from the data in it. Nothing is loaded from anywhere.
const refuse = () => Promise.reject(new Error("This report loads nothing."));
const options = {
  mode: "vega-lite",
  renderer: "svg",
  ast: true, // expressions are interpreted, not compiled: no eval
  actions: false,
  logLevel: 1, // errors only
  loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
};

for (const data of document.querySelectorAll("script[data-chart]")) {
  const place = document.getElementById(data.dataset.chart);
  vegaEmbed(place, JSON.parse(data.textContent), options).then(
    () => { place.dataset.drawn = "yes"; },
    () => { place.textContent = "This chart could not be drawn. " + place.ariaLabel; },
  );
}
