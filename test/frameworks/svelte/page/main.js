import { mount, unmount } from 'svelte'
import PriceTag from '../newest/PriceTag.svelte'

globalThis.renders = 0
const component = mount(PriceTag, {
  target: document.querySelector('main'),
  props: {
    url: new URLSearchParams(location.search).get('stream'),
    onRender() {
      globalThis.renders += 1
    },
  },
})
globalThis.unmount = () => void unmount(component)
