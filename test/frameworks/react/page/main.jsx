import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.jsx'

createRoot(document.querySelector('main')).render(
  <StrictMode>
    <App url={new URLSearchParams(location.search).get('stream')} />
  </StrictMode>,
)
