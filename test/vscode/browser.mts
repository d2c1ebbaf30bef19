// The browser that shows VS Code's web workbench: which program, with which flags.
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const places: Record<string, string[]> = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'],
};

/** The Chromium to use: the environment variable CHROMIUM, else the system's. */
export function findBrowser(): string | undefined {
  return process.env['CHROMIUM'] || places[process.platform]?.find(existsSync);
}

const flags = [
  '--no-sandbox', // root, as in containers, may not use it
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface TestBrowser {
  browser: Browser;
  context: BrowserContext;
  page: Page;
  /** What the page wrote to its console, failed requests and uncaught errors, in order. */
  consoleLines: string[];
}

/** Starts headless Chromium with one page. The viewport is tall because notebook outputs out of sight are not drawn. */
export async function startBrowser(viewport = { width: 1280, height: 1600 }): Promise<TestBrowser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error('no Chromium found; on Debian: apt-get install chromium');
  const browser = await chromium.launch({ executablePath, headless: true, args: flags });
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const consoleLines: string[] = [];
  page.on('console', (m) => consoleLines.push(`${m.type()}: ${m.text()}`));
  page.on('pageerror', (e) => consoleLines.push(`pageerror: ${e}`));
  page.on('requestfailed', (r) => consoleLines.push(`requestfailed: ${r.url()} ${r.failure()?.errorText}`));
  page.on('response', (r) => void (r.status() >= 400 && consoleLines.push(`HTTP ${r.status()}: ${r.url()}`)));
  return { browser, context, page, consoleLines };
}
