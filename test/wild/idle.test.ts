import { afterAll, describe, expect } from 'vitest'
import { createApplication } from './application.js'
import { becomes, failureKinds, hasSeen, isIn } from './expectations.js'
import { startProxy } from './proxy.js'
import { isKeptByComments, isTakenUp } from './quiet-stream.js'
import { serve } from './serve.js'
import { test } from './stage.js'
import { closeBrowser, everySubject, undici } from './subjects.js'

afterAll(closeBrowser)

describe.concurrent.each(everySubject)('$name, behind a proxy', (subject) => {
  test('that cuts idle connections after 2 s: a quiet stream resumes where it left off', async ({ stage }) => {
    const client = await subject.start(stage)
    const application = createApplication()
    const { port } = await serve(stage, application)
    const { base } = await startProxy(stage, { to: port, idleTimeout: 2000 })
    const watched = await client.open(base)
    await isIn(watched, 'open')
    await isTakenUp(subject, watched, application)
  })

  test('that cuts idle connections after 2 s: a comment each second keeps the stream', async ({ stage }) => {
    const client = await subject.start(stage)
    const application = createApplication()
    const { port } = await serve(stage, application)
    const { base } = await startProxy(stage, { to: port, idleTimeout: 2000 })
    await isKeptByComments(client, { application, base })
  })

  test('that falls silent: only idleTimeout notices, and nothing is lost', async ({ stage }) => {
    const client = await subject.start(stage)
    const application = createApplication()
    const { port } = await serve(stage, application)
    const proxy = await startProxy(stage, { to: port })
    const careful = await client.open(proxy.base, { idleTimeout: 2000 })
    const trusting = await client.open(proxy.base)
    await isIn(careful, 'open')
    await isIn(trusting, 'open')
    application.publish()
    await hasSeen(careful, 1)
    await hasSeen(trusting, 1)

    proxy.fallSilent()
    application.publish()
    await hasSeen(careful, 2)
    expect(await failureKinds(careful)).toEqual(['idle'])
    expect(await trusting.look()).toEqual({ seen: ['1'], state: 'open', failures: [] })
    // The client closes the lost connection, so that a server behind a proxy that is deaf on one side only notices.
    expect(application.open).toHaveLength(2)
  })
})

describe.concurrent("undici's own limit", () => {
  test('bodyTimeout (5 min, also in the fetch of Node) cuts a quiet stream, which resumes where it left off', async ({
    stage,
  }) => {
    const client = await undici({ bodyTimeout: 1000 }).start(stage)
    const application = createApplication()
    const { base } = await serve(stage, application)
    const watched = await client.open(base)
    await isIn(watched, 'open')
    application.publish()
    await becomes(() => application.asked, ['', '1'])
    application.publish()
    await hasSeen(watched, 2)
    const { failures } = await watched.look()
    expect(failures.map(({ kind, message }) => [kind, message])).toEqual([
      ['network', expect.stringContaining('Body Timeout Error')],
    ])
  })
})
