import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check } from '../lib/axe.mjs';
import { accountOf, ask, givenName, heading, launch, open, plain, quiet, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const clerk = accountOf('clerk');
const schoolOf = async (page) => (await ask(page, '/me')).grants[0].unit.id;

/** Does something with the pupil whose page is open. */
async function act(page, name, fill = async () => {}) {
	await page.getByRole('button', { name: 'Việc với học sinh' }).click();
	await page.getByRole('menuitem', { name, exact: true }).click();
	const dialog = page.getByRole('dialog', { name });
	await fill(dialog);
	await dialog.getByRole('button', { name, exact: true }).click();
	await dialog.waitFor({ state: 'detached' });
}

test('a clerk admits a pupil with the keyboard alone and finds them without marks', async () => {
	const { page, close } = await open(browser);
	await signIn(page, clerk);
	await page.goto('/hoc-sinh');
	await heading(page, 'Học sinh');
	assert.match(page.url(), /\/truong\/[0-9a-f-]+\/hoc-sinh$/, 'led to the own school');
	await page.getByRole('button', { name: 'Tiếp nhận' }).focus();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Tiếp nhận học sinh' });
	await dialog.waitFor();
	// Nothing is sent before what is needed stands there, and nothing typed is lost.
	await page.keyboard.type('Đặng Thị');
	await page.keyboard.press('Enter');
	await dialog.getByRole('alert').getByText('Hãy nhập: ngày sinh').first().waitFor();
	const given = givenName();
	await dialog.getByLabel('Họ và tên', { exact: true }).focus();
	await page.keyboard.press('End');
	await page.keyboard.type(` ${given}`);
	await page.keyboard.press('Tab');
	await page.keyboard.type('31/02/2015');
	await page.keyboard.press('Tab');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Shift+Tab');
	await page.keyboard.press('Enter');
	await dialog.getByText('Ngày sinh chưa đúng').first().waitFor();
	await dialog.getByLabel('Ngày sinh').fill('28/02/2015');
	await dialog.getByLabel('Vào lớp').selectOption({ index: 1 });
	await dialog.getByLabel('Họ và tên', { exact: true }).focus();
	await page.keyboard.press('Enter');
	await dialog.waitFor({ state: 'detached' });
	await page.getByText(`Đã tiếp nhận Đặng Thị ${given}`).waitFor();

	await page.getByRole('searchbox', { name: 'Tìm học sinh' }).fill(plain(`dang thi ${given}`));
	const row = page.getByRole('row').filter({ hasText: given });
	await row.getByRole('cell', { name: '28/02/2015' }).waitFor();
	await page.waitForURL(/q=dang/);
	assert.equal(await page.locator('tbody tr').count(), 1);
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`a pupil changes class, leaves, comes back, and the way is told (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page, clerk);
		const school = await schoolOf(page);
		const given = givenName();
		const made = await page.evaluate(
			async ([school, name]) => {
				const classes = await (await fetch(`/api/v1/schools/${school}/classes`)).json();
				const response = await fetch(`/api/v1/schools/${school}/pupils`, {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify({
						pupil: { full_name: name, birth: '2015-05-19', sex: '1' },
						class: classes.items[0].id,
						from: '2026-09-01'
					})
				});
				return { ...(await response.json()), classes: classes.items };
			},
			[school, `Lê Văn ${given}`]
		);
		await page.goto(`/truong/${school}/hoc-sinh/${made.id}`);
		await heading(page, `Lê Văn ${given}`);
		await page.getByRole('link', { name: made.classes[0].name }).first().waitFor();
		await act(page, 'Chuyển lớp', (dialog) => dialog.getByLabel('Vào lớp').selectOption(made.classes[1].id));
		await page.getByRole('link', { name: made.classes[1].name }).first().waitFor();
		await act(page, 'Thôi học');
		await page
			.getByText(/Thôi học từ/)
			.first()
			.waitFor();
		await act(page, 'Học lại', (dialog) => dialog.getByLabel('Vào lớp').selectOption(made.classes[1].id));
		await page.getByText(/Thôi học từ/).waitFor({ state: 'detached' });

		await page.getByRole('tab', { name: 'Quá trình học' }).click();
		await page.getByText('Được tiếp nhận').waitFor();
		const way = await page.getByRole('tabpanel').innerText();
		for (const part of ['Được tiếp nhận', 'Thôi học', 'Học lại', made.classes[0].name, made.classes[1].name])
			assert.ok(way.includes(part), `${part} in ${way}`);

		await page.getByRole('tab', { name: 'Gia đình' }).click();
		await page.getByRole('button', { name: 'Thêm người thân' }).click();
		const kin = page.getByRole('dialog', { name: 'Thêm người thân' });
		await kin.getByLabel('Họ và tên').fill('Trần Thị Mẹ');
		await kin.getByRole('button', { name: 'Lưu' }).click();
		await kin.waitFor({ state: 'detached' });
		await page.getByRole('listitem').filter({ hasText: 'Trần Thị Mẹ' }).first().waitFor();

		await page.getByRole('tab', { name: 'Tổng quan' }).click();
		await page.getByText('Nhân thân').waitFor();
		assert.equal(await page.getByText('Số giấy tờ khác').count(), 0, 'nothing protected is there unasked');
		await page.getByRole('button', { name: 'Xem thông tin được bảo vệ' }).click();
		await page.getByText('Số giấy tờ khác').waitFor();
		await close();
	});
}

/** A pupil made for a test, with a telephone. */
async function made(page, school, name, phone) {
	return page.evaluate(
		async ([school, name, phone, code]) => {
			const send = async (method, path, body, headers = {}) => {
				const response = await fetch(`/api/v1/schools/${school}/pupils${path}`, {
					method,
					headers: { 'content-type': 'application/json', ...headers },
					body: JSON.stringify(body)
				});
				if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
				return response.json();
			};
			const pupil = { full_name: name, birth: '2015-05-19', sex: '1', pupil_code: code };
			const { id, version } = await send('POST', '', { pupil, from: '2026-09-01' });
			await send('PATCH', `/${id}/protected`, { phone }, { 'if-match': `"${version}"` });
			return id;
		},
		[school, name, phone, codeOf(phone)]
	);
}
/** A pupil's code nobody has. */
const codeOf = (phone) => `04${phone.slice(2)}`;
/** A telephone nobody has. */
const newPhone = () => `09${String(Date.now()).slice(-8)}`;

test('protected data that is opened by its address stands in the form', async () => {
	const { page, close } = await open(browser);
	await signIn(page, clerk);
	const school = await schoolOf(page);
	const number = newPhone();
	const id = await made(page, school, `Lò Văn ${givenName()}`, number);
	await page.goto(`/truong/${school}/hoc-sinh/${id}?lam=sua-bao-ve`);
	const dialog = page.getByRole('dialog');
	const phone = dialog.getByLabel('Điện thoại');
	await phone.waitFor();
	assert.equal((await phone.inputValue()).replaceAll(' ', ''), number);
	await dialog.getByLabel('Thư điện tử').fill('gia.dinh@example.vn');
	await dialog.getByRole('button', { name: 'Lưu', exact: true }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.getByText('gia.dinh@example.vn').waitFor();
	await page.getByText(number).waitFor();
	await close();
});

test('the palette finds a pupil by a name without marks, a code and a telephone', async () => {
	const { page, close } = await open(browser);
	await signIn(page, clerk);
	const school = await schoolOf(page);
	const number = newPhone();
	const name = `Đỗ Thị ${givenName()}`;
	const id = await made(page, school, name, number);
	for (const asked of [plain(name), codeOf(number), number]) {
		await page.goto(`/truong/${school}/lop`);
		await page.getByRole('heading', { level: 1 }).waitFor();
		await page.keyboard.press('Control+k');
		await page.getByRole('combobox').fill(asked);
		await page.getByRole('option', { name }).first().click();
		await page.waitForURL(new RegExp(id));
		await heading(page, name);
	}
	await close();
});

test('a transfer tells where to and why, and the history says so', async () => {
	const { page, close } = await open(browser);
	await signIn(page, clerk);
	const school = await schoolOf(page);
	const name = `Hà Văn ${givenName()}`;
	const id = await made(page, school, name, newPhone());
	await page.goto(`/truong/${school}/hoc-sinh/${id}`);
	await heading(page, name);
	await act(page, 'Chuyển đi trường khác', async (dialog) => {
		await dialog.getByLabel('Hoặc ghi tên trường').fill('Trường Bản Mới, Lào');
		await dialog.getByLabel('Lý do').selectOption({ index: 1 });
	});
	// The act closes its form, then the page is read anew.
	await quiet(page);
	await page.getByRole('tab', { name: 'Quá trình học' }).click();
	await page.getByText('đến Trường Bản Mới, Lào · lý do:').waitFor();
	await close();
});

test('many pupils change class at once, and the class counts them', async () => {
	const { page, close } = await open(browser);
	await signIn(page, clerk);
	const school = await schoolOf(page);
	const { items } = await ask(page, `/schools/${school}/classes`);
	const [from, to] = ['9A1', '8A1'].map((code) => items.find((one) => one.code === code));
	await page.goto(`/truong/${school}/hoc-sinh?lop=${from.id}`);
	await page.locator('tbody tr').first().waitFor();
	for (const at of [0, 1]) await page.locator('tbody input[type=checkbox]').nth(at).check();
	await page.getByRole('button', { name: 'Chuyển lớp' }).click();
	const dialog = page.getByRole('dialog', { name: 'Chuyển lớp' });
	await dialog.getByText('2 học sinh').first().waitFor();
	await dialog.getByRole('button', { name: 'Thực hiện' }).click();
	await dialog.getByText('Hãy nhập: vào lớp').first().waitFor();
	await dialog.getByLabel('Vào lớp').selectOption(to.id);
	await dialog.getByRole('button', { name: 'Thực hiện' }).click();
	// A grade has one class here: whoever may not go is told by name, and nothing is half done.
	await dialog.getByText(/Đã xong|không làm được/).first().waitFor();
	const said = await dialog.innerText();
	await dialog.getByRole('button', { name: 'Đóng' }).last().click();
	const after = await ask(page, `/schools/${school}/classes`);
	const now = (one) => after.items.find((row) => row.id === one.id).pupils;
	const moved = from.pupils - now(from);
	if (moved > 0) assert.ok(said.includes(`Đã xong ${moved} học sinh`), said);
	if (moved < 2) assert.ok(said.includes(`${2 - moved} học sinh không làm được`), said);
	assert.equal(now(to) - to.pupils, moved);
	await close();
});

test('a teacher sees the class that is theirs, as of any day, and no other', async () => {
	const { page, close } = await open(browser, 'phone');
	await signIn(page, accountOf('teacher'));
	await page.goto('/lop');
	await heading(page, 'Lớp');
	const names = await page.locator('tbody a').allInnerTexts();
	// Those of today's page: whom they lead and teach, and nobody else's.
	const { schools } = await ask(page, '/me/today');
	assert.deepEqual(names, schools[0].classes.map((one) => one.name));
	assert.equal(await page.getByRole('button', { name: 'Mở lớp' }).count(), 0);
	await page.locator('tbody a').first().click();
	await heading(page, names[0]);
	assert.ok((await page.locator('tbody tr').count()) >= 25);
	await page.getByRole('tab', { name: 'Môn học' }).click();
	await page.getByRole('cell', { name: 'Toán', exact: true }).waitFor();
	await close();
});

test('one who watches schools chooses which', async () => {
	const { page, close } = await open(browser);
	await signIn(page, accountOf('department_officer'));
	await page.goto('/truong?den=lop');
	await heading(page, 'Chọn trường');
	await page.getByRole('searchbox', { name: 'Tìm trường' }).fill('thcs');
	await page.waitForURL(/q=thcs/);
	await page.locator('tbody a').first().waitFor();
	await close();
});

for (const size of ['desk', 'phone']) {
	test(`classes and pupils are within reach of everybody (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page, clerk);
		const school = await schoolOf(page);
		const { items } = await ask(page, `/schools/${school}/classes`);
		const pupils = await ask(page, `/schools/${school}/pupils?limit=1`);
		const base = `/truong/${school}`;
		const pupil = `${base}/hoc-sinh/${pupils.items[0].id}`;
		for (const [path, ready] of [
			[`${base}/lop`, 'table'],
			[`${base}/lop?lam=mo`, 'dialog'],
			[`${base}/lop/${items[0].id}`, 'table'],
			[`${base}/lop/${items[0].id}?muc=mon-hoc`, 'table'],
			[`${base}/hoc-sinh`, 'table'],
			[`${base}/hoc-sinh?q=khongcoai`, 'searchbox'],
			[`${base}/hoc-sinh?lam=tiep-nhan`, 'dialog'],
			[`${base}/hoc-sinh?lam=chuyen-den`, 'dialog'],
			[`${base}/hoc-sinh?lam=hoi-truong`, 'dialog'],
			[pupil, 'tabpanel'],
			[`${pupil}?muc=gia-dinh`, 'tabpanel'],
			[`${pupil}?muc=qua-trinh`, 'tabpanel'],
			[`${pupil}?lam=sua-thong-tin`, 'dialog'],
			[`${pupil}?lam=sua-lan-hoc`, 'dialog']
		]) {
			await page.goto(path);
			await page.getByRole(ready).first().waitFor();
			await quiet(page);
			await check(page, path.replace(base, ''));
		}
		await close();
	});
}
