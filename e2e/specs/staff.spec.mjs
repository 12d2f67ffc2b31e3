import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { accounts, ask, givenName, heading, launch, open, quiet, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const head = accounts.find((one) => one.role === 'head');
const skip = head ? false : 'this server has no head teacher to sign in as';
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Somebody of the test's own: nobody else edits them. */
const somebody = () => `Trần Thị ${givenName()}`;

test('somebody is taken on, leads a class, teaches in it, and is let go', { skip }, async () => {
	const { page, close } = await open(browser);
	await signIn(page, head);
	const school = (await ask(page, '/me')).grants[0].unit.id;
	const name = somebody();
	const dialog = page.getByRole('dialog');

	await page.goto(`/truong/${school}/can-bo`);
	await page.getByRole('button', { name: 'Thêm người' }).click();
	await dialog.getByRole('button', { name: 'Thêm', exact: true }).click();
	await dialog
		.getByRole('link', { name: /Họ và tên/ })
		.or(dialog.getByText(/Hãy (ghi|nhập)/))
		.first()
		.waitFor();
	await dialog.getByLabel('Họ và tên').fill(name);
	await dialog.getByLabel('Ngày sinh').fill('26/03/1985');
	await dialog.getByLabel('Nhóm').selectOption({ index: 2 });
	// All by keyboard: Enter in a field sends the form.
	await dialog.getByLabel('Họ và tên').press('Enter');
	await dialog.waitFor({ state: 'detached' });
	await page.getByRole('link', { name }).click();
	await heading(page, name);
	await page.getByText('26/03/1985').waitFor();
	const staff = page.url().match(/can-bo\/([0-9a-f-]+)/)[1];

	// A class that the test makes, so that no other test counts on who leads it.
	const code = `9Z${Date.now() % 1000}`;
	const made = await page.evaluate(
		async ([school, code]) => {
			const year = (await (await fetch(`/api/v1/schools/${school}/classes`)).json()).year;
			const response = await fetch(`/api/v1/schools/${school}/classes`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ year, code, grade: '9' })
			});
			return response.json();
		},
		[school, code]
	);
	await page.goto(`/truong/${school}/lop/${made.id}?muc=giao-vien`);
	await page.getByText('Chưa có giáo viên chủ nhiệm.').waitFor();
	await page.getByRole('button', { name: 'Phân công chủ nhiệm' }).click();
	await dialog.getByLabel('Giáo viên').selectOption({ label: name });
	await dialog.getByRole('button', { name: 'Phân công', exact: true }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.getByText(`Chủ nhiệm: ${name}`).waitFor();
	await page.getByRole('button', { name: /^Phân công\s*Toán$/ }).click();
	await dialog.getByLabel('Giáo viên').selectOption({ label: `${name}` });
	await dialog.getByRole('button', { name: 'Phân công', exact: true }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.getByRole('row', { name: new RegExp(`^Toán ${name}`) }).waitFor();

	await page.goto(`/truong/${school}/can-bo/${staff}?muc=phan-cong`);
	await page.getByRole('row', { name: new RegExp(`^${code} Toán`) }).waitFor();
	await page.getByRole('button', { name: 'Thao tác' }).click();
	await page.getByRole('menuitem', { name: 'Kết thúc công tác' }).click();
	await dialog.getByText('Các lớp đang chủ nhiệm và dạy kết thúc cùng ngày.').waitFor();
	await dialog.getByLabel('Lí do').selectOption({ label: 'Nghỉ hưu' });
	// From the day after, as nobody leaves on the day of coming.
	const next = new Date(Date.now() + 31 * 3600 * 1000)
		.toISOString()
		.slice(0, 10)
		.split('-')
		.reverse()
		.join('/');
	await dialog.getByLabel('Từ ngày', { exact: true }).fill(next);
	await dialog.getByRole('button', { name: 'Kết thúc công tác' }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.getByText(`Nghỉ hưu từ ${next}`).waitFor();
	// The act closes its form, then the page is read anew.
	await quiet(page);
	await page.getByRole('tab', { name: 'Quá trình' }).click();
	await page.getByText(`Chủ nhiệm Lớp ${code} (2`).waitFor();
	await close();
});

test('the periods of a class are set, and the class shows them', { skip }, async () => {
	const { page, close } = await open(browser);
	await signIn(page, head);
	const school = (await ask(page, '/me')).grants[0].unit.id;
	const one = (await ask(page, `/schools/${school}/classes`)).items.find(({ code }) => code === '8A1');
	await page.goto(`/truong/${school}/lop/${one.id}?muc=mon-hoc`);
	await page.getByRole('button', { name: 'Sửa môn học' }).click();
	const dialog = page.getByRole('dialog', { name: 'Sửa môn học' });
	const week = dialog.getByLabel(/^Tin học: Tiết/).first();
	const had = await week.inputValue();
	await week.fill('nhiều');
	await dialog.getByRole('button', { name: 'Lưu môn học' }).click();
	await dialog.getByRole('alert').getByText('Số tiết mỗi tuần là một số').waitFor();
	await week.fill(had === '2' ? '1' : '2');
	await dialog.getByRole('button', { name: 'Lưu môn học' }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.getByText('Đã lưu môn học của').waitFor();
	await page.getByRole('row', { name: new RegExp(`^Tin học .* ${had === '2' ? 1 : 2} `) }).waitFor();
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`staff: axe finds nothing, nothing is wider than the screen (${size})`, { skip }, async () => {
		for (const colorScheme of ['light', 'dark']) {
			const { page, close } = await open(browser, size, { colorScheme });
			await signIn(page, head);
			const school = (await ask(page, '/me')).grants[0].unit.id;
			const { items } = await ask(page, `/schools/${school}/staff?limit=40`);
			// Not somebody whom the test before has let go from tomorrow.
			const one = `/truong/${school}/can-bo/${items.find((row) => !row.valid_to).id}`;
			const { items: classes } = await ask(page, `/schools/${school}/classes`);
			for (const path of [
				`/truong/${school}/can-bo`,
				`/truong/${school}/can-bo?lam=them`,
				one,
				`${one}?muc=phan-cong`,
				`${one}?muc=qua-trinh`,
				`${one}?lam=ket-thuc`,
				`/truong/${school}/lop/${classes[0].id}?muc=giao-vien`
			]) {
				await page.goto(path);
				await page.locator('h1').waitFor();
				if (path.includes('lam=')) await page.getByRole('dialog').waitFor();
				await quiet(page);
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
