// Usage: node open.js URL FILE
// Keeps a page with the workbench open until FILE exists: VS Code runs its extensions only while a window is open.
const fs = require('fs');
const { chromium } = require('playwright-core');

const [, , url, file] = process.argv;
(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  while (!fs.existsSync(file)) await page.waitForTimeout(50);
  await browser.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
