import { latestByKey } from 'everstream'
import { useEvent, useEventSource } from 'everstream/react'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { begin, countRender, finish, stream, SYMBOLS } from './measure.mjs'

function Table({ rows }) {
  countRender()
  return (
    <table>
      <tbody>
        {SYMBOLS.map((symbol) => (
          <tr key={symbol}>
            <td>{symbol}</td>
            <td>{rows.get(symbol)?.value}</td>
            <td>{rows.get(symbol)?.n}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function symbolOf({ data }) {
  begin()
  return data.symbol
}

function Everstream({ transport }) {
  const prices = useEventSource(stream, { transport })
  const view = useMemo(() => latestByKey(prices, 'price', symbolOf), [prices])
  const events = useSyncExternalStore(view.subscribe, view.get, view.get)
  useEvent(prices, 'done', () => finish())
  return <Table rows={new Map(Array.from(events, ([symbol, { data }]) => [symbol, data]))} />
}

/** What everstream's README showed before there were views: a store that changes with each event. */
function createPlainStore() {
  let rows = new Map()
  return {
    get: () => rows,
    subscribe(onChange) {
      const source = new EventSource(stream)
      source.addEventListener('price', ({ data }) => {
        begin()
        const price = JSON.parse(data)
        rows = new Map(rows).set(price.symbol, price)
        onChange()
      })
      source.addEventListener('done', () => finish())
      return () => source.close()
    },
  }
}

function Plain() {
  const [store] = useState(createPlainStore)
  return <Table rows={useSyncExternalStore(store.subscribe, store.get)} />
}

/** As hooks of this kind are written: each event sets the state. */
function Hook() {
  const [rows, setRows] = useState(new Map())
  useEffect(() => {
    const source = new EventSource(stream)
    source.addEventListener('price', ({ data }) => {
      begin()
      const price = JSON.parse(data)
      setRows((before) => new Map(before).set(price.symbol, price))
    })
    source.addEventListener('done', () => finish())
    return () => source.close()
  }, [])
  return <Table rows={rows} />
}

/** What the browser and `JSON.parse` take by themselves. */
function Nothing() {
  useEffect(() => {
    const source = new EventSource(stream)
    source.addEventListener('price', ({ data }) => {
      begin()
      JSON.parse(data)
    })
    source.addEventListener('done', () => finish())
    return () => source.close()
  }, [])
  return null
}

const subjects = {
  nothing: <Nothing />,
  native: <Everstream transport="native" />,
  fetch: <Everstream transport="fetch" />,
  auto: <Everstream transport="auto" />,
  plain: <Plain />,
  hook: <Hook />,
}

createRoot(document.querySelector('main')).render(subjects[new URLSearchParams(location.search).get('subject')])
