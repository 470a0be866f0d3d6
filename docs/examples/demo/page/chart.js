// oxlint-disable-next-line import/default -- the module in the page's import map has one
import uPlot from 'uplot'
import { clock } from './dom.js'

/** @import { Price, Share } from '../events.js' */

/** The time that the chart shows, in seconds. */
const WINDOW = 60

/** In ms: about a pixel at a time. A still picture each second if the user prefers reduced motion. */
const REDRAW_INTERVAL = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1000 : 90

/**
 * The prices of the last minute as lines, and the times without a connection as bands behind them.
 *
 * @param {HTMLElement} root
 */
export function createChart(root) {
  let shares = /** @type {readonly Share[]} */ ([])
  let times = /** @type {number[]} */ ([])
  let changes = /** @type {(number | null)[][]} */ ([])
  let outages = /** @type {{ from: number, to: number }[]} */ ([])
  /** @type {uPlot | undefined} */
  let plot

  const colour = (/** @type {string} */ name) => getComputedStyle(root).getPropertyValue(`--${name}`)

  function create() {
    plot?.destroy()
    plot = new uPlot(
      {
        width: root.clientWidth,
        height: root.clientHeight,
        padding: [8, 4, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { range: () => [now() - WINDOW, now()] },
          // In whole steps, so that the scale does not move with every price.
          y: { range: (_, min, max) => [Math.floor(min - 0.2), Math.ceil(max + 0.2)] },
        },
        axes: [
          {
            ...axis(),
            grid: { show: false },
            ticks: { show: false },
            size: 30,
            space: 90,
            values: (_, splits) => splits.map(label),
          },
          { ...axis(), ticks: { show: false }, size: 52, space: 50, values: (_, splits) => splits.map(percent) },
        ],
        series: [
          {},
          ...shares.map((_, index) => ({
            stroke: () => colour(`share-${index + 1}`),
            width: 1.75,
            spanGaps: true,
            points: { show: false },
          })),
        ],
        hooks: { drawClear: [drawOutages] },
      },
      [[], ...shares.map(() => [])],
      root,
    )
  }

  function axis() {
    const font = `12px ${getComputedStyle(root).fontFamily}`
    return { font, stroke: () => colour('muted'), grid: { stroke: () => colour('line'), width: 1 } }
  }

  /** @param {uPlot} chart */
  function drawOutages(chart) {
    const { ctx, bbox } = chart
    ctx.fillStyle = colour('band')
    for (const { from, to } of outages) {
      const left = Math.max(chart.valToPos(from, 'x', true), bbox.left)
      const right = Math.min(chart.valToPos(Math.min(to, now()), 'x', true), bbox.left + bbox.width)
      if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height)
    }
  }

  /** @param {Price} price */
  function add({ symbol, value, time }) {
    times.push(time / 1000)
    shares.forEach((share, index) => {
      changes[index]?.push(share.symbol === symbol ? (value / share.opening - 1) * 100 : null)
    })
    // Here, because a hidden page receives prices but does not draw.
    forget()
  }

  function forget() {
    const kept = times.findIndex((time) => time > now() - WINDOW - 1)
    if (kept > 0) for (const list of [times, ...changes]) list.splice(0, kept)
    outages = outages.filter(({ to }) => to > now() - WINDOW)
  }

  let drawn = 0
  /** @param {number} time */
  function draw(time) {
    requestAnimationFrame(draw)
    if (plot === undefined || time - drawn < REDRAW_INTERVAL) return
    drawn = time
    plot.setData([times, ...changes])
  }
  requestAnimationFrame(draw)

  new ResizeObserver(() => plot?.setSize({ width: root.clientWidth, height: root.clientHeight })).observe(root)

  return {
    /**
     * @param {readonly Share[]} newShares
     * @param {readonly Price[]} prices
     */
    load(newShares, prices) {
      shares = newShares
      times = []
      changes = shares.map(() => [])
      prices.forEach(add)
      create()
    },
    add,
    /** @param {boolean} connected */
    connection(connected) {
      const latest = outages.at(-1)
      if (connected && latest?.to === Infinity) latest.to = now()
      if (!connected && latest?.to !== Infinity) outages.push({ from: now(), to: Infinity })
    },
    reset() {
      outages = []
    },
  }
}

const now = () => Date.now() / 1000

/**
 * Empty if it would be cut off at the edge.
 *
 * @param {number} time
 */
const label = (time) => (Math.abs(now() - WINDOW / 2 - time) < WINDOW / 2 - 3 ? clock(time * 1000) : '')

/** @param {number} value */
const percent = (value) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value)} %`
