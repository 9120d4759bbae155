async function render({ model, el }) {
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  words.setAttribute("aria-live", "polite");
  const place = document.createElement("div");
  el.append(words, place);
  const spec = structuredClone(model.get("spec"));
  const api = await vegaEmbed(place, spec, { actions: false, renderer: "svg" });
  const names = model.get("names");
  const changed = new Set(names);
  let isDrawing = false;
  function label() {
    const panel = el.closest(".pmtools-panel") ?? el;
    for (const box of panel.querySelectorAll(".widget-inline-hbox")) {
      // a check box has its words beside it, and an invisible label
      const words = (part) => (part?.textContent ?? "").replaceAll("\u200b", "").trim();
      const name = words(box.querySelector(".widget-label")) || words(box);
      const said = box.querySelector(".widget-readout")?.textContent;
      for (const part of box.querySelectorAll(".noUi-handle, input, select")) {
        part.setAttribute("aria-label", name);
        if (said && part.matches(".noUi-handle")) part.setAttribute("aria-valuetext", said);
      }
    }
  }
  async function draw() {
    if (isDrawing) return; // the loop below takes the latest rows when it comes round
    isDrawing = true;
    while (changed.size) {
      const step = model.get("step");
      for (const name of changed) api.view.data(name, structuredClone(model.get(name)));
      changed.clear();
      words.textContent = model.get("said");
      await api.view.runAsync();
      el.dataset.drawn = step;
      label();
    }
    isDrawing = false;
  }
  for (const name of names) model.on(`change:${name}`, () => changed.add(name));
  model.on("change:step", () => { changed.add(names[0]); draw(); });
  await draw();
  return () => api.finalize();
}
export default { render };
