// Draws a trace of the last hour: a line through the means of the minutes, the area below it, and a
// band from the least to the most of each. The axis is always the whole hour; above it nothing is drawn where nothing is known.
"use strict";

const svgNamespace = "http://www.w3.org/2000/svg";

class Spark {
  /** An SVG of this size in pixels, hidden from screen readers, which hear the number. */
  constructor(width, height) {
    Object.assign(this, { width, height });
    this.element = document.createElementNS(svgNamespace, "svg");
    this.element.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("class", "spark");
    this.element.setAttribute("aria-hidden", "true");
    this.path("axis").setAttribute("d", `M0 ${height - 0.5}H${width}`);
    this.area = this.path("area");
    this.band = this.path("band");
    this.line = this.path("line");
  }

  path(kind) {
    const path = document.createElementNS(svgNamespace, "path");
    path.setAttribute("class", kind);
    this.element.append(path);
    return path;
  }

  draw(trace, now) {
    const points = trace.points(now);
    const top = Math.max(1, ...points.map((point) => point?.most ?? 0));
    const x = (index) => ((index / minutesKept) * this.width).toFixed(1);
    const y = (value) => (this.height - 1 - (value / top) * (this.height - 2)).toFixed(1);
    let [area, band, line] = ["", "", ""];
    for (const [from, to] of Spark.runs(points)) {
      const run = points.slice(from, to);
      // A minute is as wide as a minute: a single one is a short level line.
      const along = (pick) =>
        run.map((p, i) => `${x(from + i)} ${y(pick(p))}L${x(from + i + 1)} ${y(pick(p))}`);
      const back = run.map((p, i) => `${x(from + i + 1)} ${y(p.least)}L${x(from + i)} ${y(p.least)}`);
      const mean = along((p) => p.mean).join("L");
      area += `M${x(from)} ${y(0)}L${mean}L${x(to)} ${y(0)}Z`;
      band += `M${along((p) => p.most).join("L")}L${back.reverse().join("L")}Z`;
      line += `M${mean}`;
    }
    this.area.setAttribute("d", area);
    this.band.setAttribute("d", band);
    this.line.setAttribute("d", line);
    return points;
  }

  /** Where something is known, as pairs of the first and the one behind the last. */
  static runs(points) {
    const runs = [];
    points.forEach((point, index) => {
      if (!point) return;
      const last = runs.at(-1);
      if (last?.[1] === index) last[1]++;
      else runs.push([index, index + 1]);
    });
    return runs;
  }
}
