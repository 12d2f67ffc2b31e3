import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, ask, heading, launch, open, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const by = (role) => accounts.find((one) => one.role === role);
const rowOf = (page, table, name) =>
	page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: name });

for (const size of ['desk', 'phone']) {
	test(`whoever runs the server has it backed up now and sees it done (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page, by('department_admin'));
		await page.goto('/viec-nen');
		await heading(page, 'Việc chạy nền');
		const row = rowOf(page, 'Máy chủ tự làm', 'Sao lưu hằng đêm');
		const before = (await ask(page, '/jobs/recurring')).items.find((one) => one.kind === 'backup.nightly')
			.last?.id;
		await row.getByRole('button', { name: 'Làm ngay: Sao lưu hằng đêm' }).click();
		await page.getByText('Đã đưa vào hàng chờ.').waitFor();
		// An earlier backup of this demo may be done already: the new one is waited for first.
		const nightly = async () =>
			(await ask(page, '/jobs/recurring')).items.find((one) => one.kind === 'backup.nightly').last;
		const until = Date.now() + 60_000;
		while ((await nightly())?.id === before || (await nightly()).state !== 'done') {
			assert.ok(Date.now() < until, 'the backup is done within a minute');
			await page.waitForTimeout(300);
		}
		// Nobody reloads: the page asks by itself.
		await row.getByText('Đã xong').filter({ visible: true }).waitFor({ timeout: 60_000 });
		await row
			.getByText(/đã sao lưu [\d.]+ dòng/)
			.filter({ visible: true })
			.waitFor({ timeout: 60_000 });
		await rowOf(page, 'Tất cả việc', 'Sao lưu hằng đêm').first().waitFor();
		await close();
	});

	test(`a setting is made one's own, a mail is tried, and the setting is given back (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page, by(size === 'desk' ? 'school_admin' : 'head'));
		await page.goto('/cai-dat');
		await heading(page, 'Thiết lập');
		await page.getByRole('button', { name: 'Đổi: Cổng của máy chủ gửi thư' }).click();
		const dialog = page.getByRole('dialog', { name: 'Cổng của máy chủ gửi thư' });
		// Only the ports of mail.
		assert.deepEqual(await dialog.getByLabel('Giá trị').locator('option').allTextContents(), [
			'465',
			'587',
			'25',
			'2525'
		]);
		await dialog.getByLabel('Giá trị').selectOption('587');
		await dialog.getByRole('button', { name: 'Lưu' }).click();
		await page.getByText('Đã lưu thiết lập.').waitFor();
		const item = page.getByRole('listitem').filter({ hasText: 'Cổng của máy chủ gửi thư' });
		// It does not hold by itself: the port belongs to a server that this unit has not named.
		await item.getByText('Đơn vị có đặt “587” nhưng chưa dùng', { exact: false }).waitFor();

		await page.getByRole('button', { name: 'Gửi thư thử' }).click();
		const trial = page.getByRole('dialog', { name: 'Gửi một thư thử' });
		await trial.getByLabel('Gửi đến địa chỉ').fill('không phải địa chỉ');
		await page.keyboard.press('Enter');
		await trial.getByText('Địa chỉ thư điện tử chưa đúng', { exact: false }).first().waitFor();
		await trial.getByLabel('Gửi đến địa chỉ').fill('thu@example.edu.vn');
		await page.keyboard.press('Enter');
		// The demonstration puts its mail into a folder.
		await trial.getByText('Thư không ra khỏi máy chủ này').waitFor({ timeout: 30_000 });
		assert.equal(await trial.getByText('Máy chủ thư đã nhận thư', { exact: false }).count(), 0);
		await trial.getByRole('link', { name: 'Mở Việc chạy nền' }).click();
		await heading(page, 'Việc chạy nền');
		await rowOf(page, 'Việc của tôi', 'Gửi thư điện tử')
			.first()
			.getByText('Đã xong')
			.filter({ visible: true })
			.waitFor();

		await page.goto('/cai-dat');
		await page.getByRole('button', { name: 'Bỏ giá trị riêng: Cổng của máy chủ gửi thư' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Bỏ giá trị riêng' }).click();
		await page.getByText('Đã bỏ giá trị riêng.').waitFor();
		await item.getByText('Chưa đặt', { exact: true }).waitFor();
		await close();
	});
}

for (const size of ['desk', 'phone']) {
	test(`how many a stricter sign-in would hold is told before it is saved (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await signIn(page, by('head'));
		await page.goto('/cai-dat');
		await page.getByRole('button', { name: 'Đổi: Ai phải xác thực hai bước' }).click();
		const dialog = page.getByRole('dialog');
		const told = dialog.getByRole('status');
		const choose = (label) => dialog.getByLabel('Giá trị', { exact: true }).selectOption({ label });
		await choose('Mọi người');
		await told
			.getByText(/Áp dụng cho \d+ người\. \d+ người chưa có yếu tố thứ hai.* Trong đó có bạn\./)
			.waitFor();
		const everybody = Number((await told.textContent()).match(/cho (\d+) người/)[1]);
		const { unit } = (await ask(page, '/me')).grants[0];
		const { items } = await ask(page, `/units/${unit.id}/accounts`);
		assert.ok(
			everybody >= items.length,
			`${everybody} of ${items.length} who hold a role in the school itself`
		);
		await choose('Người cấp quyền hoặc đổi thiết lập');
		await told.getByText(/Áp dụng cho/).waitFor();
		await page.waitForFunction(
			(before) =>
				!document.querySelector('dialog [role="status"]')?.textContent.includes(`cho ${before} người`),
			everybody
		);
		await choose('Không bắt buộc');
		await told.getByText(/Áp dụng cho/).waitFor({ state: 'detached' });
		await dialog.getByRole('button', { name: 'Huỷ' }).click();
		await close();
	});
}

test('a password is written and never read', async () => {
	const { page, close } = await open(browser);
	await signIn(page, by('department_admin'));
	const unit = (await ask(page, '/me')).grants[0].unit.id;
	const secret = 'mật khẩu máy chủ thư 9173';
	const seen = [];
	page.on('response', async (response) => {
		if (response.url().includes('/settings')) seen.push(await response.text().catch(() => ''));
	});
	await page.goto(`/cai-dat?don-vi=${unit}`);
	for (const [name, label, value] of [
		['Máy chủ gửi thư (SMTP)', 'Giá trị', 'smtp.so.example'],
		['Mật khẩu máy chủ gửi thư', 'Mật khẩu mới', secret]
	]) {
		await page.getByRole('button', { name: `Đổi: ${name}` }).click();
		await page.getByRole('dialog').getByLabel(label, { exact: true }).fill(value);
		await page.keyboard.press('Enter');
		await page.getByRole('dialog').waitFor({ state: 'detached' });
	}
	const item = page.getByRole('listitem').filter({ hasText: 'Mật khẩu máy chủ gửi thư' });
	await item.getByText('Đã đặt, không hiện').waitFor();
	await page.reload();
	await item.getByText('Đã đặt, không hiện').waitFor();
	assert.ok(seen.length >= 4 && seen.every((text) => !text.includes('9173')), 'no answer holds it');
	// Another server is not sent it: it has to be typed again, and whoever changes the server is told so.
	await page.getByRole('button', { name: 'Đổi: Máy chủ gửi thư (SMTP)' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByText('phải nhập lại: Mật khẩu máy chủ gửi thư', { exact: false }).waitFor();
	await dialog.getByLabel('Giá trị', { exact: true }).fill('smtp.la.example');
	await page.keyboard.press('Enter');
	await dialog.waitFor({ state: 'detached' });
	await item.getByText('Chưa đặt', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Bỏ giá trị riêng: Máy chủ gửi thư (SMTP)' }).click();
	await dialog.getByRole('button', { name: 'Bỏ giá trị riêng' }).click();
	await dialog.waitFor({ state: 'detached' });
	await close();
});

test('whoever may change nothing finds no way there', async () => {
	const { page, close } = await open(browser);
	await signIn(page, by('teacher'));
	const nav = page.getByRole('navigation', { name: 'Điều hướng chính' }).first();
	await nav.getByRole('link', { name: 'Đơn vị' }).waitFor();
	assert.equal(await nav.getByRole('link', { name: 'Thiết lập' }).count(), 0);
	assert.equal(await nav.getByRole('link', { name: 'Việc chạy nền' }).count(), 0);
	await page.goto('/cai-dat');
	await page.getByText('Không có đơn vị nào để thiết lập').waitFor();
	await page.goto('/viec-nen');
	await page.getByText('Không có việc nào').waitFor();
	await close();
});
