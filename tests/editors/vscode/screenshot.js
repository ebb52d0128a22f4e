// Usage: node screenshot.js URL FILE LINE COLUMN HOVER FOLDER
// Opens FILE of the workspace, shows the hover at LINE:COLUMN, then the menu of quick fixes there, and writes
// FOLDER/hover.png and FOLDER/quick-fix.png. HOVER is a text that the hover must contain.
const { chromium } = require('playwright-core');

const [, , url, file, line, column, hover, folder] = process.argv;
const CLIP = { x: 0, y: 0, width: 920, height: 540 };

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
  const page = await browser.newPage({ viewport: { width: CLIP.width, height: CLIP.height } });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForSelector('.explorer-folders-view .monaco-list-row', { timeout: 60_000 });

  const quickOpen = async (text, row) => {
    await page.keyboard.press('Control+p');
    await page.locator('.quick-input-widget input').fill(text);
    if (row) await page.locator('.quick-input-list .monaco-list-row', { hasText: row }).first().click();
    else await page.keyboard.press('Enter');
  };
  await quickOpen(file, file.split('/').pop());
  await page.waitForSelector('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning', { timeout: 60_000 });
  await page.keyboard.press('Control+b'); // the side bar is not what the picture is about
  await quickOpen(`:${line}:${column}`);
  await page.waitForTimeout(1000);
  for (let up = 0; up < 7; up++) await page.keyboard.press('Control+ArrowDown'); // the code above stays in sight

  await page.keyboard.press('Control+k');
  await page.keyboard.press('Control+i');
  await page.locator('.monaco-hover:visible', { hasText: hover }).first().waitFor({ timeout: 20_000 });
  await page.waitForTimeout(800); // it fades in
  await page.screenshot({ path: `${folder}/hover.png`, clip: CLIP });

  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget').first().waitFor({ timeout: 20_000 });
  await page.waitForTimeout(800);
  console.log(await page.locator('.action-widget').first().innerText());
  await page.screenshot({ path: `${folder}/quick-fix.png`, clip: CLIP });
  await browser.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
