/** The picture of docs/fleet.md: attempts per second over time, a panel for each outage. */
import { init } from 'echarts'
import { BIN, perSecond } from './fleet.mjs'

const WIDTH = 960
const PANEL = 250
const HEAD = 96
const GAP = 62
/** The time that a panel shows beyond the outage, in s, and the step of its lines, in bins. */
const VIEWS = [
  { beyond: 7, step: 1 },
  { beyond: 35, step: 2 },
  { beyond: 40, step: 10 },
]
/** Lower values are drawn on the axis, because a logarithmic one has no zero. */
const LEAST = 1000
const MOST = 10_000_000

/** The rules to draw, the lowest layer first. */
const LINES = [
  { name: 'event-source-plus', color: '#b8860b' },
  { name: 'fetch-event-source', color: '#c44e9b' },
  { name: 'fixed 3 s', label: 'fixed 3 s (Chromium, WebKit)', color: '#d62728' },
  { name: 'fixed 5 s', label: 'fixed 5 s (Firefox)', color: '#ff7f0e' },
  { name: 'event-source-polyfill', color: '#8c6d5a' },
  { name: 'LaunchDarkly SDK', color: '#2ca02c' },
  { name: 'graphql-sse', color: '#7b5fc0' },
  { name: 'everstream', color: '#0b62d6', width: 3.5 },
]

/** The maximum of each step, so that no peak is lost between two points, and a line only above the axis. */
function points(result, { step }, seconds) {
  const counts = perSecond(result.attempts).subarray(0, (seconds * 1000) / BIN)
  const most = Array.from({ length: Math.ceil(counts.length / step) }, (_, index) =>
    counts.subarray(index * step, (index + 1) * step).reduce((a, b) => Math.max(a, b), LEAST),
  )
  return most.map((count, index) => {
    const isOnAxis = [index - 1, index, index + 1].every((near) => (most[near] ?? LEAST) === LEAST)
    return [((index + 1) * step * BIN) / 1000, isOnAxis ? null : count]
  })
}

function serverAway(outage) {
  return {
    silent: true,
    itemStyle: { color: '#f1f1f1' },
    label: { show: true, position: 'insideTopRight', color: '#777' },
    data: [[{ name: 'server away', xAxis: 0 }, { xAxis: outage / 1000 }]],
  }
}

/** An SVG with its own background, so that it is readable on a dark page too. */
export function draw(runs) {
  const height = HEAD + runs.length * (PANEL + GAP)
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  const tops = runs.map((_, index) => HEAD + 30 + index * (PANEL + GAP))
  const seconds = runs.map(({ outage }, index) => outage / 1000 + VIEWS[index].beyond)
  const text = { color: '#333', fontFamily: 'system-ui, sans-serif' }
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    textStyle: text,
    // Two legends, because one would use the gap between names between its rows too.
    legend: [LINES.slice(4), LINES.slice(0, 4)].map((row, index) => ({
      top: 36 + index * 24,
      left: 'center',
      itemWidth: 22,
      itemHeight: 4,
      itemGap: 32,
      icon: 'roundRect',
      data: row.map(({ name, label = name }) => label).toReversed(),
      textStyle: text,
    })),
    title: [
      {
        text: 'A million clients lose one server: attempts per second',
        left: 'center',
        top: 8,
        textStyle: { ...text, fontSize: 17 },
      },
      ...runs.map(({ title }, index) => ({
        text: title,
        left: 70,
        top: tops[index] - 30,
        textStyle: { ...text, fontSize: 14 },
      })),
    ],
    grid: tops.map((top) => ({ top, left: 72, right: 24, height: PANEL - 20 })),
    xAxis: seconds.map((max, gridIndex) => ({
      gridIndex,
      type: 'value',
      min: 0,
      max,
      name: gridIndex === runs.length - 1 ? 'seconds since the loss' : '',
      nameLocation: 'middle',
      nameGap: 26,
      splitLine: { show: false },
    })),
    yAxis: tops.map((_, gridIndex) => ({
      gridIndex,
      type: 'log',
      min: LEAST,
      max: MOST,
      axisLabel: { formatter: (value) => (value >= 1e6 ? `${value / 1e6} M` : `${value / 1000} k`) },
      splitLine: { lineStyle: { color: '#e4e4e4' } },
    })),
    series: runs.flatMap(({ own, others, outage }, index) =>
      LINES.map(({ name, label = name, color, width = 1.5 }, order) => ({
        type: 'line',
        name: label,
        xAxisIndex: index,
        yAxisIndex: index,
        showSymbol: false,
        color,
        lineStyle: { width, color },
        data: points([...own, ...others].find((subject) => subject.name === name).result, VIEWS[index], seconds[index]),
        markArea: order === 0 && outage > 0 ? serverAway(outage) : undefined,
      })),
    ),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${svg}\n`
}
