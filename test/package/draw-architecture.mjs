/**
 * Draws docs/images/architecture.svg from the imports in src: `npm run architecture`. With two arguments, it reads
 * another folder and writes another file.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(import.meta.dirname, '../..')
const BOX = { width: 132, height: 44 }
const GAP = { x: 44, y: 60 }
const MARGIN = 12

/**
 * The folders that each folder imports. A file outside of folders is an entry.
 * @param {string} source
 * @returns {Map<string, Set<string>>}
 */
function readGraph(source) {
  const graph = new Map()
  const folderOf = (file) => (file.includes('/') ? file.split('/')[0] : 'entries')
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!file.endsWith('.ts')) continue
    const folder = folderOf(file)
    if (!graph.has(folder)) graph.set(folder, new Set())
    const code = readFileSync(join(source, file), 'utf8')
    for (const [, from, dynamic, bare] of code.matchAll(
      /^(?:import|export)\b[^'";]*?\bfrom '(\.[^']+)'|\bimport\('(\.[^']+)'\)|^import '(\.[^']+)'/gm,
    )) {
      const imported = folderOf(normalize(join(dirname(file), from ?? dynamic ?? bare)))
      if (imported !== folder) graph.get(folder).add(imported)
    }
  }
  return graph
}

/** Whether one folder reaches another through a third, which makes an arrow between the two redundant. */
function isImplied(graph, from, to) {
  const reaches = (folder) => [...graph.get(folder)].some((next) => next === to || reaches(next))
  return [...graph.get(from)].some((next) => next !== to && reaches(next))
}

/** The rows from top to bottom: each folder is below all that import it, as high as possible. */
function rowsOf(graph) {
  const rowOf = (folder) =>
    Math.max(-1, ...[...graph].filter(([, imports]) => imports.has(folder)).map(([importer]) => rowOf(importer))) + 1
  const rows = []
  for (const folder of graph.keys()) (rows[rowOf(folder)] ??= []).push(folder)
  return rows
}

/** The stops of each arrow: its two folders and a place in each row between, so that it passes between the boxes. */
function routeArrows(graph, rows) {
  const rowOf = (folder) => rows.findIndex((row) => row.includes(folder))
  const edges = [...graph].flatMap(([from, imports]) =>
    [...imports].filter((to) => !isImplied(graph, from, to)).map((to) => [from, to]),
  )
  const between = edges.map(([from, to]) => rows.slice(rowOf(from) + 1, rowOf(to)))
  return edges.map(([from, to], index) => {
    const stops = between[index].map(() => Symbol(`${from} to ${to}`))
    for (const [at, row] of between[index].entries()) row.push(stops[at])
    return [from, stops, to].flat()
  })
}

/** The place of each folder and stop: sorted by its neighbours repeatedly, so that few arrows cross. */
function arrange(rows, routes) {
  const x = new Map()
  const widthOf = (item) => (typeof item === 'symbol' ? 0 : BOX.width)
  const put = (row) => {
    let left = -(row.reduce((sum, item) => sum + widthOf(item), 0) + (row.length - 1) * GAP.x) / 2
    for (const item of row) {
      x.set(item, left + widthOf(item) / 2)
      left += widthOf(item) + GAP.x
    }
  }
  rows.forEach(put)
  const steps = routes.flatMap((route) => route.slice(1).map((item, index) => [route[index], item]))
  const mean = (item, end) => {
    const places = steps.filter((step) => step[end] === item).map((step) => x.get(step[1 - end]))
    return places.length === 0 ? x.get(item) : places.reduce((sum, place) => sum + place, 0) / places.length
  }
  for (let round = 0; round < 8; round++) {
    const end = round % 2 === 0 ? 1 : 0
    for (const row of end === 1 ? rows : rows.toReversed()) {
      row.sort((a, b) => mean(a, end) - mean(b, end))
      put(row)
    }
  }
  return x
}

/**
 * The picture of a source folder, as SVG.
 * @param {string} source
 * @returns {string}
 */
export function drawArchitecture(source) {
  const graph = readGraph(source)
  const rows = rowsOf(graph)
  const routes = routeArrows(graph, rows)
  const places = arrange(rows, routes)
  const width = 2 * (Math.max(...[...places.values()].map(Math.abs)) + BOX.width / 2 + MARGIN)
  const height = rows.length * (BOX.height + GAP.y) - GAP.y + 2 * MARGIN
  const x = (item) => width / 2 + places.get(item)
  const y = (item) => MARGIN + rows.findIndex((row) => row.includes(item)) * (BOX.height + GAP.y)

  // Arrows at the same side of a box share it, ordered by their other ends.
  const port = (item, end, next) => {
    const sharing = routes
      .filter((route) => route.at(end) === item)
      .map((route) => route.at(end === 0 ? 1 : -2))
      .toSorted((a, b) => x(a) - x(b))
    return x(item) + (sharing.indexOf(next) - (sharing.length - 1) / 2) * 22
  }
  const arrows = routes.map((route) => {
    const last = route.length - 1
    let [fromX, fromY] = [port(route[0], 0, route[1]), y(route[0]) + BOX.height]
    let path = `M${fromX},${fromY}`
    for (const [index, item] of route.entries()) {
      if (index === 0) continue
      const [toX, toY] = index === last ? [port(item, -1, route[index - 1]), y(item) - 7] : [x(item), y(item)]
      const middle = (fromY + toY) / 2
      path += ` C${fromX},${middle} ${toX},${middle} ${toX},${toY}`
      if (index < last) path += ` v${BOX.height}`
      fromX = toX
      fromY = toY + BOX.height
    }
    return `<path d="${path}"/>`
  })
  const boxes = [...graph.keys()].map(
    (folder) =>
      `<rect x="${x(folder) - BOX.width / 2}" y="${y(folder)}" width="${BOX.width}" height="${BOX.height}" rx="8"/>` +
      `<text x="${x(folder)}" y="${y(folder) + BOX.height / 2 + 5}">${folder}/</text>`,
  )
  // No background, and colours that are readable on white and on black pages.
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title>The folders of src, and which imports which</title>
<style>
path { fill: none; stroke: #7d8590; stroke-width: 1.5; marker-end: url(#head) }
marker path { fill: #7d8590; stroke: none; marker-end: none }
rect { fill: #dbeafe; stroke: #3b82f6; stroke-width: 1.5 }
text { font: 600 15px ui-sans-serif, system-ui, sans-serif; text-anchor: middle; fill: #172554 }
</style>
<marker id="head" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="6" markerHeight="6" orient="auto">
<path d="M0,0 L8,4 L0,8 z"/>
</marker>
${arrows.join('\n')}
${boxes.join('\n')}
</svg>
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [source = join(root, 'src'), file = join(root, 'docs/images/architecture.svg')] = process.argv.slice(2)
  writeFileSync(resolve(file), drawArchitecture(resolve(source)))
}
