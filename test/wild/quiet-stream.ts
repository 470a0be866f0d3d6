import { expect } from 'vitest'
import { afterTimers } from '../behaviour/wait.js'
import type { Application } from './application.js'
import { becomes, failureKinds, hasSeen, isIn } from './expectations.js'
import type { Client, Subject, Watched } from './subjects.js'

/** Expects that a middlebox breaks a quiet stream, and that the client resumes it. */
export async function isTakenUp(subject: Subject, watched: Watched, application: Application): Promise<void> {
  application.publish()
  await hasSeen(watched, 1)
  await becomes(() => application.asked, ['', '1'])
  application.publish()
  await hasSeen(watched, 2)
  expect(await failureKinds(watched)).toEqual([subject.kinds('network')])
}

/** Expects that a middlebox does not break a stream with a comment each second. */
export async function isKeptByComments(
  client: Client,
  { application, base }: { application: Application; base: string },
): Promise<void> {
  const watched = await client.open(base)
  await isIn(watched, 'open')
  for (let second = 0; second < 3; second++) {
    await afterTimers(1000)
    application.keepAlive()
  }
  application.publish()
  await hasSeen(watched, 1)
  expect(application.asked).toEqual([''])
  expect(await failureKinds(watched)).toEqual([])
}
