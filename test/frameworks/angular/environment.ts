import '@angular/compiler'
import * as core from '@angular/core'
import { getTestBed } from '@angular/core/testing'

/** A component without a decorator, which would need a compiler of its own. */
export function component<Class extends core.Type<unknown>>(template: string, type: Class): Class {
  core.Component({ selector: 'app-root', template, standalone: true })(type)
  return type
}

interface TestingPlatform {
  readonly module: core.Type<unknown>
  readonly create: () => core.PlatformRef
}

/** Since Angular 20, the testing platform is in another package. */
async function testingPlatform(): Promise<TestingPlatform> {
  const [where, module, create] =
    Number(core.VERSION.major) < 20
      ? ['platform-browser-dynamic', 'BrowserDynamicTestingModule', 'platformBrowserDynamicTesting']
      : ['platform-browser', 'BrowserTestingModule', 'platformBrowserTesting']
  const testing = (await import(/* @vite-ignore */ `@angular/${where}/testing`)) as Record<string, unknown>
  return {
    module: testing[module!] as TestingPlatform['module'],
    create: testing[create!] as TestingPlatform['create'],
  }
}

export async function initTestBed(): Promise<void> {
  const { module, create } = await testingPlatform()
  getTestBed().initTestEnvironment(module, create(), { teardown: { destroyAfterEach: true } })
}

/** The provider was experimental in Angular 18. */
export function provideZoneless(): core.EnvironmentProviders {
  const all = core as unknown as Record<string, (() => core.EnvironmentProviders) | undefined>
  return (all['provideZonelessChangeDetection'] ?? all['provideExperimentalZonelessChangeDetection'])!()
}
