// What stands beside the pointer.

import { make, said } from "./dom.js";
import { picture } from "./example.js";
import { titleOf } from "./values.js";

const SHORT = 260;

/** Say beside a point what it is; `at` is in pixels of the pane. */
export const showTip = (app, row, known, pane, at) => {
  const { tip, colouring } = pane,
    { meta } = app.data,
    text = meta.text;
  const facts = Object.entries(known)
    .filter(([name, value]) => name !== text && name !== "id" && value)
    .slice(0, 4)
    .map(([name, value]) => make("span", {}, `${name}: ${value.slice(0, 60)}`));
  if (colouring?.kind === "number")
    facts.push(make("span", {}, `${titleOf(meta, app.state.now.colour)}: ${said(colouring.values[row])}`));
  tip.replaceChildren(
    picture(app.data, row, 48) ?? "",
    make("strong", {}, known.id ?? `example ${row}`),
    ...facts,
    text && known[text] ? make("p", {}, known[text].slice(0, SHORT)) : "",
  );
  tip.hidden = false;
  const { clientWidth: wide, clientHeight: high } = pane.node;
  tip.style.left = `${Math.min(at[0] + 14, wide - tip.offsetWidth - 6)}px`;
  tip.style.top = `${at[1] + tip.offsetHeight + 20 > high ? Math.max(4, at[1] - tip.offsetHeight - 12) : at[1] + 16}px`;
};
