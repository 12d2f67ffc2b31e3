import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check } from '../lib/axe.mjs';
import { accountOf, ask, heading, launch, open, plain, quiet, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const head = accountOf('head');

test('a school goes into the next year, one pupil stays, and all of it is taken back', async () => {
	const { page, close } = await open(browser);
	await signIn(page, head);
	const school = (await ask(page, '/me')).grants[0].unit.id;
	const sizes = async (year) =>
		(await ask(page, `/schools/${school}/classes?year=${year}`)).items.map((one) => [one.code, one.pupils]);
	const before = await sizes('2026-2027');
	await page.goto(`/truong/${school}/nam-hoc?nam=2026-2027`);
	await heading(page, 'Năm học');
	await page.getByRole('link', { name: 'Chuẩn bị lên lớp' }).click();
	await heading(page, 'Lên lớp: 2026-2027 sang 2027-2028');
	const [stays] = (await ask(page, `/schools/${school}/pupils?limit=1`)).items;
	await page.getByRole('combobox', { name: 'Tìm học sinh' }).fill(plain(stays.full_name));
	await page.getByRole('option', { name: stays.full_name }).first().click();
	await page.getByText('1 em ở lại').waitFor();
	await page.getByRole('button', { name: 'Lên lớp cả trường' }).click();
	const dialog = page.getByRole('dialog', { name: 'Lên lớp cả trường' });
	await dialog.getByText('1 ở lại lớp').waitFor();
	await dialog.getByRole('button', { name: 'Lên lớp cả trường' }).click();
	await page.getByText('Trường đã sang năm học 2027-2028.').waitFor();
	const sum = (all) => all.reduce((total, [, pupils]) => total + pupils, 0);
	const finished = before.filter(([code]) => code.startsWith('9'));
	assert.equal(sum(await sizes('2027-2028')), sum(before) - sum(finished));

	await page.getByRole('button', { name: 'Hoàn tác' }).click();
	const undo = page.getByRole('dialog', { name: 'Hoàn tác' });
	await undo.getByRole('button', { name: 'Hoàn tác' }).click();
	await page.getByText('Đã đưa trường về năm học trước.').waitFor();
	assert.deepEqual(await sizes('2026-2027'), before);
	assert.deepEqual(await sizes('2027-2028'), []);
	await close();
});

test('the days of a year are changed while one sees what they make', async () => {
	const { page, close } = await open(browser);
	await signIn(page, head);
	const school = (await ask(page, '/me')).grants[0].unit.id;
	await page.goto(`/truong/${school}/nam-hoc?nam=2027-2028&lam=lich`);
	const dialog = page.getByRole('dialog');
	await dialog.getByText('Với lịch này').waitFor();
	await dialog.getByLabel('Ngày cuối năm học', { exact: true }).fill('30/04/2028');
	await dialog.getByText(/khung là 17 tuần/).waitFor();
	await dialog.getByLabel('Ngày cuối năm học', { exact: true }).fill('31/02/2028');
	await dialog.getByRole('button').last().click();
	await dialog.getByText('Ngày chưa đúng').first().waitFor();
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`the school year is within reach of everybody (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page, head);
		const school = (await ask(page, '/me')).grants[0].unit.id;
		for (const [path, ready] of [
			['nam-hoc', 'list'],
			['nam-hoc?lam=lich', 'dialog'],
			['nam-hoc/len-lop', 'table']
		]) {
			await page.goto(`/truong/${school}/${path}`);
			await page.getByRole(ready).first().waitFor();
			await quiet(page);
			await check(page, path);
		}
		await close();
	});
}
