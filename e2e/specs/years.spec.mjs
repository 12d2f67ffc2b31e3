import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check } from '../lib/axe.mjs';
import { accountOf, ask, focused, givenName, heading, launch, mark, open, plain, quiet, signIn } from '../lib/browser.mjs';
import { classesOf, ownSchool } from '../lib/own.mjs';

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
	// A free day that is half written is told of, never left out.
	await dialog.getByLabel('Ngày cuối năm học', { exact: true }).fill('30/04/2028');
	await dialog.getByRole('button', { name: 'Thêm đợt nghỉ' }).click();
	await dialog.getByLabel('Từ ngày', { exact: true }).last().fill('31/02/2028');
	await dialog.getByRole('button').last().click();
	await dialog.getByRole('alert').getByRole('link', { name: 'Hãy nhập: tên đợt nghỉ' }).waitFor();
	// Two fields with one complaint are two lines, each leading to its own.
	assert.equal(await dialog.getByRole('alert').getByRole('link', { name: 'Ngày chưa đúng' }).count(), 2);
	await close();
});

test('two classes change names on their way into the next year', async () => {
	const { page, close } = await open(browser);
	await signIn(page, head);
	const school = (await ask(page, '/me')).grants[0].unit.id;
	const of = mark();
	const made = await page.evaluate(
		async ([school, codes]) => {
			for (const code of codes) {
				await fetch(`/api/v1/schools/${school}/classes`, {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify({ year: '2026-2027', code, grade: '7' })
				});
			}
			const { items } = await (await fetch(`/api/v1/schools/${school}/classes?year=2026-2027`)).json();
			return codes.map((code) => items.find((one) => one.code === code).name);
		},
		[school, [`7${of}1`, `7${of}2`]]
	);
	await page.goto(`/truong/${school}/nam-hoc/len-lop?tu=2026-2027`);
	const [one, two] = made.map((name) => page.getByLabel(`Lớp mới: ${name}`));
	const [first, second] = [await one.inputValue(), await two.inputValue()];
	await one.fill(second);
	await one.press('Enter');
	await page.getByText('tên này đã dùng').first().waitFor();
	await two.fill(first);
	await two.press('Enter');
	await page.getByText('tên này đã dùng').first().waitFor({ state: 'detached' });
	assert.deepEqual([await one.inputValue(), await two.inputValue()], [second, first]);
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`somebody without a class in the new year is given one where it is told, and goes there (${size})`, async () => {
		const [stays, goes] = ['Ở', 'Đi'].map((word) => `Lò ${word} ${givenName()}`);
		const { school, base, head, pupils } = await ownSchool(browser, { '1A1': [goes], '2A1': [stays] }, size);
		const { page } = head;
		await page.goto(`${base}/nam-hoc/len-lop`);
		await heading(page, 'Lên lớp: 2026-2027 sang 2027-2028');
		await page.getByText('2 em lên lớp, 0 em ở lại').waitFor();
		const go = page.getByRole('button', { name: 'Lên lớp cả trường' });
		assert.ok(await go.isEnabled());

		// Whoever repeats grade 2 sits in the new 2A1, until that is called otherwise.
		await page.getByRole('combobox', { name: 'Tìm học sinh' }).fill(plain(stays));
		await page.getByRole('option', { name: stays }).click();
		await page.getByText('1 em lên lớp, 1 em ở lại').waitFor();
		const called = page.getByLabel('Lớp mới: Lớp 1A1');
		assert.equal(await called.inputValue(), '2A1');
		await called.fill('2B1');
		await called.press('Enter');
		const told = page.getByRole('listitem').filter({ hasText: `Chưa có lớp của năm học mới cho học sinh ${stays}` });
		await told.waitFor();
		await told.getByRole('link', { name: `Mở hồ sơ ${stays}` }).waitFor();
		assert.ok(await go.isDisabled(), 'nothing is done before it is decided');

		// The button leads to the choice, and the choice takes the obstacle away.
		await told.getByRole('button', { name: 'Chọn lớp' }).press('Enter');
		const into = page.getByLabel(`${stays}: Lớp mới`);
		await focused(into);
		// A class of another grade is no answer, and it is said.
		await into.selectOption({ label: 'Lớp 3A1' });
		await page.getByText(/ở lại nhưng được xếp vào/).waitFor();
		assert.ok(await go.isDisabled());
		await page.getByRole('button', { name: 'Chọn lớp' }).click();
		await focused(into);
		await into.selectOption({ label: '2B1' });
		await page.getByRole('button', { name: 'Chọn lớp' }).waitFor({ state: 'detached' });
		await page.getByText('1 em lên lớp, 1 em ở lại').waitFor();
		await go.and(page.locator(':enabled')).click();
		const dialog = page.getByRole('dialog', { name: 'Lên lớp cả trường' });
		await dialog.getByText('1 ở lại lớp').waitFor();
		await dialog.getByRole('button', { name: 'Lên lớp cả trường' }).click();
		await page.getByText('Trường đã sang năm học 2027-2028.').waitFor();
		const next = async (name) => (await classesOf(page, school, pupils[name])).at(-1);
		assert.deepEqual(await next(stays), { name: '2B1', year: '2027-2028', repeats: true });
		assert.deepEqual(await next(goes), { name: '2B1', year: '2027-2028', repeats: false });
		await head.close();
	});
}

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
