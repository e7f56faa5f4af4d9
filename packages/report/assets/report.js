// @ts-nocheck It runs in the reader's browser; the types of the project are Node's.
(() => {
  const dataOf = (element) => JSON.parse(element.querySelector('script').textContent);
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const lines = ['--c1', '--c2', '--c3', '--c4', '--c5'];

  const format = (value) => {
    if (value == null) return '';
    const size = Math.abs(value);
    if (size !== 0 && (size >= 1e6 || size < 1e-4)) return value.toExponential(1);
    return String(Number(value.toPrecision(4)));
  };

  const day = 86_400_000;
  /** As in the tables: the date in UTC, and the time of day where it matters. */
  const formatTime = (milliseconds, step) => {
    if (milliseconds == null) return '';
    const text = new Date(milliseconds).toISOString();
    if (step >= day || milliseconds % day === 0) return text.slice(0, 10);
    return text.slice(step === undefined ? 0 : 5, 16).replace('T', ' ');
  };

  /** A line keeps the color of its own name where a pale one stands before it: both are of one thing. */
  function seriesOf({ series, bands }) {
    let next = 0;
    const drawn = series.map(({ name, faint }, i) => {
      if (i > 0 && !series[i - 1].faint) next++;
      const stroke = color(lines[next % lines.length]);
      const pale = faint
        ? { stroke: `color-mix(in srgb, ${stroke} 35%, transparent)`, width: 1, points: { show: false } }
        : {};
      return {
        label: name,
        stroke,
        width: 2,
        value: (_, value) => format(value),
        points: { fill: color('--card') },
        ...pale,
      };
    });
    const edge = { stroke: `color-mix(in srgb, ${color('--c2')} 45%, transparent)`, width: 1, points: { show: false } };
    const edges = bands.flatMap(({ name }) =>
      ['lower', 'upper'].map((end) => ({ label: `${name}, ${end}`, value: (_, value) => format(value), ...edge })),
    );
    return [...drawn, ...edges];
  }

  function drawChart(place) {
    const chart = dataOf(place);
    const tables = [
      ...chart.series.map(({ x, y }) => [x, y]),
      ...chart.bands.flatMap(({ x, lower, upper }) => [
        [x, lower],
        [x, upper],
      ]),
    ];
    const axis = (label, size) => ({
      label,
      size,
      labelSize: 22,
      stroke: color('--muted'),
      font: '12px system-ui, "DejaVu Sans", sans-serif',
      labelFont: '12px system-ui, "DejaVu Sans", sans-serif',
      grid: { stroke: color('--line'), width: 1 },
      ticks: { stroke: color('--line'), width: 1 },
    });
    const numbers = { values: (_, splits) => splits.map(format) };
    const dates = { values: (_, splits) => splits.map((at) => formatTime(at, splits[1] - splits[0])), space: 90 };
    const first = 1 + chart.series.length;
    const size = () => ({ width: place.clientWidth, height: place.clientWidth < 520 ? 260 : 320 });
    const plot = new uPlot(
      {
        ...size(),
        ms: 1,
        tzDate: (milliseconds) => uPlot.tzDate(new Date(milliseconds), 'Etc/UTC'),
        scales: { x: { time: chart.x.time }, y: chart.y.log ? { distr: 3 } : {} },
        series: [
          { label: chart.x.label, value: (_, value) => (chart.x.time ? formatTime(value) : format(value)) },
          ...seriesOf(chart),
        ],
        bands: chart.bands.map((_, i) => ({
          series: [first + 2 * i + 1, first + 2 * i],
          fill: `color-mix(in srgb, ${color('--c2')} 18%, transparent)`,
        })),
        axes: [
          { ...axis(chart.x.label, 34), ...(chart.x.time ? dates : numbers) },
          { ...axis(chart.y.label, 58), ...numbers },
        ],
      },
      uPlot.join(tables),
      place,
    );
    const observer = new ResizeObserver(() => plot.setSize(size()));
    observer.observe(place);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }

  // Five colors of viridis, which rises evenly in lightness.
  const stops = [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ];

  function paint(share) {
    const at = Math.min(share * (stops.length - 1), stops.length - 1.000001);
    const [low, high] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]];
    return low.map((value, i) => value + (high[i] - value) * (at % 1));
  }

  function drawHeat(place) {
    const { time, steps, maps } = dataOf(place);
    const output = place.querySelector('output');
    place.querySelectorAll('canvas').forEach((canvas, m) => {
      const { name, low, high, units, cells } = maps[m];
      const bytes = Uint8Array.from(atob(cells), (character) => character.charCodeAt(0));
      [canvas.width, canvas.height] = [time, units];
      const context = canvas.getContext('2d');
      const image = context.createImageData(time, units);
      bytes.forEach((byte, i) => {
        const [t, unit] = [Math.floor(i / units), i % units];
        image.data.set([...paint(byte / 255), 255], 4 * (unit * time + t));
      });
      context.putImageData(image, 0, 0);
      canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
        const t = Math.min(time - 1, Math.floor((offsetX / canvas.clientWidth) * time));
        const unit = Math.min(units - 1, Math.floor((offsetY / canvas.clientHeight) * units));
        const value = low + ((high - low) * bytes[t * units + unit]) / 255;
        output.textContent = `${name}, step ${t + 1}${steps ? ` ${steps[t]}` : ''}, unit ${unit + 1}: ${value.toFixed(2)}`;
      });
    });
  }

  const places = [...document.querySelectorAll('.plot')];
  let drawn = places.map(drawChart);
  document.querySelectorAll('.heat').forEach(drawHeat);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const undo of drawn) undo();
    drawn = places.map(drawChart);
  });
})();
