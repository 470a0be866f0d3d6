import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareTerms } from '../../src/sharing/relay.js'
import { type Faults, World } from './world.js'

/** Everything that can happen to a group of tabs, each at any time. The number chooses the tab. */
const ACTIONS = {
  receive: (world: World, n: number) => pick(world, n, (tab) => world.receive(tab)),
  work: (world: World, n: number) => pick(world, n, (tab) => world.work(tab)),
  emit: (world: World, n: number) => void (world.events += (n % 4) + 1),
  'emit many': (world: World) => void (world.events += 5000),
  wait: (world: World, n: number) => void (world.time += n),
  'settle a little': (world: World, n: number) => world.settle(n),
  'open a tab': (world: World) => void (world.tabs.length < 6 && world.open()),
  crash: (world: World, n: number) => pick(world, n, (tab) => world.crash(tab)),
  leave: (world: World, n: number) => pick(world, n, (tab) => world.leave(tab)),
  return: (world: World, n: number) => pick(world, n, (tab) => tab.health === 'well' && world.join(tab)),
  freeze: (world: World, n: number) => pick(world, n, (tab) => tab.health === 'well' && (tab.health = 'frozen')),
  stop: (world: World, n: number) => pick(world, n, (tab) => tab.health === 'well' && (tab.health = 'stopped')),
  recover: (world: World, n: number) => pick(world, n, (tab) => tab.health !== 'gone' && (tab.health = 'well')),
  'set the clock': (world: World, n: number) => void (world.clock += (n - 1000) * 60),
} satisfies Record<string, (world: World, n: number) => void>

function pick(world: World, n: number, run: (tab: World['tabs'][number]) => unknown): void {
  run(world.tabs[n % world.tabs.length]!)
}

type Step = readonly [name: keyof typeof ACTIONS, n: number]

const steps = (weights: Partial<Record<keyof typeof ACTIONS, number>>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.tuple(
      fc.oneof(
        ...Object.entries(weights).map(([name, weight]) => ({
          arbitrary: fc.constant(name as keyof typeof ACTIONS),
          weight,
        })),
      ),
      fc.nat(2000),
    ),
    { minLength: 10, maxLength: 80 },
  )

const anything = steps({
  receive: 20,
  work: 20,
  emit: 12,
  'emit many': 1,
  wait: 4,
  'settle a little': 6,
  'open a tab': 3,
  crash: 1,
  leave: 2,
  return: 4,
  freeze: 2,
  stop: 1,
  recover: 3,
  'set the clock': 1,
})

/** Every event from the first one on, once and in order. */
function expectSequence(got: readonly number[]): void {
  const wrong = got.findIndex((n, at) => at > 0 && n !== got[at - 1]! + 1)
  expect(wrong === -1 ? 'in order' : got.slice(Math.max(wrong - 3, 0), wrong + 3)).toBe('in order')
}

function expectDistinctTerms({ leaders }: World): void {
  for (const [at, { state }] of leaders.entries()) {
    for (const other of leaders.slice(at + 1)) expect(compareTerms(state.term, other.state.term)).not.toBe(0)
  }
}

/** Whoever is well gets everything, although others may still be frozen. */
function expectNobodyStuck(world: World): void {
  const well = world.tabs.filter(({ health, state }) => health === 'well' && state.phase.name !== 'away')
  world.settle(20_000)
  world.events += 3
  world.settle(1000)
  for (const { got } of well) expect(got.at(-1)).toBe(world.events)
  if (well.length > 0) {
    expect(world.leaders.filter(({ health }) => health === 'well')).toHaveLength(1)
    expect(well.filter(({ stream }) => stream !== undefined)).toHaveLength(1)
  }
}

function play(actions: readonly Step[], faults: Faults = {}): World {
  const world = new World(faults)
  for (let n = 0; n < 3; n++) world.open()
  world.settle(500)
  world.events += 2
  for (const [name, n] of actions) {
    ACTIONS[name](world, n)
    expectDistinctTerms(world)
    for (const { got } of world.tabs) expectSequence(got)
  }
  expectNobodyStuck(world)
  for (const tab of world.tabs) if (tab.health !== 'gone') tab.health = 'well'
  for (const tab of world.tabs) world.join(tab)
  expectNobodyStuck(world)
  for (const { got } of world.tabs) expectSequence(got)
  return world
}

const RUNS = Number(process.env['MODEL_RUNS'] ?? 400)

describe('any interleaving of messages, grants, losses, freezes and clock jumps', () => {
  test('every tab gets every event once and in order, and none is stuck', () => {
    fc.assert(
      fc.property(anything, (actions) => void play(actions)),
      { numRuns: RUNS },
    )
  })

  test('control: without terms and alignment, events are lost or repeated', () => {
    const broken = fc.check(
      fc.property(anything, (actions) => void play(actions, { withoutTerms: true })),
      { numRuns: RUNS },
    )
    expect(broken.failed).toBe(true)
  })

  test('control: if a frozen leader answers, tabs are stuck', () => {
    const broken = fc.check(
      fc.property(anything, (actions) => void play(actions, { lyingPong: true })),
      { numRuns: RUNS },
    )
    expect(broken.failed).toBe(true)
    expect(String(broken.errorInstance)).toMatch(/expected .+ to be \d/)
  })
})
