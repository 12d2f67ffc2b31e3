import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { accountOf, ask, heading, launch, open, quiet, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const slow = { timeout: 30_000 };

/** A Monday of this school year that no other run took, as a form has it. */
const monday = () => {
	const day = new Date();
	day.setUTCDate(day.getUTCDate() + ((8 - day.getUTCDay()) % 7) + 7 * (1 + (Math.floor(Date.now() / 1000) % 20)));
	return day.toISOString().slice(0, 10).split('-').reverse().join('/');
};

async function editor(page) {
	await signIn(page, accountOf('head'));
	const school = (await ask(page, '/me')).grants[0].unit.id;
	await page.goto(`/truong/${school}/thoi-khoa-bieu/sua`);
	await heading(page, 'Xếp thời khoá biểu');
	await page.getByRole('grid').waitFor();
	await quiet(page);
	return school;
}
const cellAt = (page, row, column) => page.locator(`td[data-at="${row},${column}"]`);
const holds = (page, row, column, text) =>
	cellAt(page, row, column).filter({ hasText: text }).waitFor();

test('a week is made by keyboard, a clash is shown and mended, a block is pasted, nothing is lost, and it is saved', async () => {
	const { page, close } = await open(browser);
	const school = await editor(page);
	await cellAt(page, 0, 0).click();
	await page.keyboard.type('toan');
	await page.keyboard.press('Enter');
	await page.keyboard.type('gdcd');
	await page.keyboard.press('Enter');
	await holds(page, 0, 0, 'Toán');
	await holds(page, 1, 0, 'Giáo dục công dân');
	// The focus went down with each: on to the same period of the next class.
	for (const key of ['ArrowUp', 'ArrowUp', 'ArrowRight']) await page.keyboard.press(key);
	await page.keyboard.type('anh');
	await page.getByRole('listbox').getByRole('option', { name: 'Ngoại ngữ 1' }).waitFor();
	await page.keyboard.press('Enter');
	await holds(page, 0, 1, 'Ngoại ngữ 1');

	// One teacher in two rooms.
	const teacher = page.getByLabel('Giáo viên', { exact: true });
	await page.keyboard.press('ArrowUp');
	await teacher.selectOption({ index: 1 });
	await cellAt(page, 0, 0).click();
	await teacher.selectOption({ index: 1 });
	const clash = page.getByText(/chỗ phải sửa trước khi lưu/);
	await clash.waitFor(slow);
	await page.locator('td[aria-invalid=true]').nth(1).waitFor();
	await page.getByRole('button', { name: 'Đến ô này' }).first().click();
	await teacher.selectOption({ label: 'Chưa có giáo viên' });
	await clash.waitFor({ state: 'detached', ...slow });

	// A block out of a spreadsheet, with a word that nobody understands.
	await cellAt(page, 2, 0).click();
	await page.evaluate(() => {
		const clipboardData = new DataTransfer();
		clipboardData.setData('text/plain', 'Văn\tTin học\r\nMôn lạ\tTD\r\n');
		document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
	});
	await holds(page, 2, 0, 'Ngữ văn');
	await holds(page, 2, 1, 'Tin học');
	await holds(page, 3, 1, 'Giáo dục thể chất');
	await page.getByText('1 ô chưa hiểu được').waitFor();
	await page.getByText(/: Môn lạ/).waitFor();
	await page.getByRole('button', { name: 'Đã xem' }).click();

	await cellAt(page, 2, 1).click();
	await page.keyboard.press('Delete');
	await cellAt(page, 2, 1).filter({ hasNotText: 'Tin học' }).waitFor();
	await page.keyboard.press('Control+z');
	await holds(page, 2, 1, 'Tin học');

	await page.getByRole('link', { name: 'Quay lại' }).click();
	const leave = page.getByRole('dialog', { name: 'Rời trang mà chưa lưu?' });
	await leave.waitFor();
	await page.keyboard.press('Escape');
	await leave.waitFor({ state: 'detached' });
	await holds(page, 0, 0, 'Toán');

	const from = monday();
	await page.getByRole('button', { name: 'Lưu', exact: true }).click();
	const save = page.getByRole('dialog', { name: 'Lưu thời khoá biểu' });
	const fresh = save.getByRole('radio', { name: 'Áp dụng từ ngày mới' }).or(save.getByText('Áp dụng từ ngày mới'));
	if ((await fresh.count()) > 0) await fresh.first().click();
	await save.getByLabel('Áp dụng từ ngày', { exact: true }).fill(from);
	await save.getByRole('button', { name: 'Lưu thời khoá biểu' }).click();
	await page.getByText(`Đã lưu thời khoá biểu áp dụng từ ${from}.`).waitFor(slow);
	await heading(page, 'Thời khoá biểu');
	await page.getByRole('cell', { name: /Toán/ }).first().waitFor();
	assert.match(page.url(), new RegExp(`/truong/${school}/thoi-khoa-bieu\\?ngay=`));
	await close();
});

test('on a phone a cell is touched and filled from a list', async () => {
	const { page, close } = await open(browser, 'phone');
	await editor(page);
	await cellAt(page, 4, 2).tap();
	await page.getByLabel('Môn học', { exact: true }).selectOption({ label: 'Tin học' });
	await holds(page, 4, 2, 'Tin học');
	await page.getByText(/ô đã đổi, chưa lưu/).waitFor();
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`timetables: axe finds nothing, nothing is wider than the screen (${size})`, async () => {
		for (const colorScheme of ['light', 'dark']) {
			const { page, close } = await open(browser, size, { colorScheme });
			const school = await editor(page);
			for (const path of [`/truong/${school}/thoi-khoa-bieu/sua`, `/truong/${school}/thoi-khoa-bieu`]) {
				await page.goto(path);
				await page.locator('h1').waitFor();
				await quiet(page);
				if (path.endsWith('sua')) {
					await cellAt(page, 0, 0).click();
					await page.keyboard.type('t');
					await page.getByRole('listbox').waitFor();
				}
				const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
				const said = violations.map(
					({ id, nodes }) => `${path}: ${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`
				);
				assert.deepEqual(said, []);
				const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
				assert.ok(wide <= screen, `${path}: ${wide} px`);
			}
			await close();
		}
	});
}
