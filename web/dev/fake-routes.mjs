import {
	accounts,
	addUnit,
	edges,
	grants,
	history,
	id,
	invitations,
	names,
	roles,
	sessions,
	units
} from './fake-data.mjs';
import { fold, page } from './fake-list.mjs';

const keys = new Map();
const failures = new Map();
const day = () => new Date().toISOString().slice(0, 10);

class Refusal extends Error {
	constructor(status, code, title, detail, more = {}, headers = {}) {
		super(detail);
		this.answer = {
			status,
			headers,
			body: { type: `/errors/${code}`, status, code, title, detail, request_id: 'fake', ...more }
		};
	}
}
const refuse = (...all) => {
	throw new Refusal(...all);
};
const fields = (list) =>
	list.length > 0 &&
	refuse(422, 'request.fields', 'Có trường chưa đúng', 'Một số trường chưa đúng.', { fields: list });
const need = (body, name, detail) =>
	String(body[name] ?? '').trim() ? [] : [{ field: name, code: 'field.required', detail }];

const alive = (row, at) => (!row.from || row.from <= at) && (!row.to || row.to > at);
const aliveUnit = (unit, at) =>
	(!unit.valid_from || unit.valid_from <= at) && (!unit.valid_to || unit.valid_to > at);
const parentOf = (unit, at) =>
	edges.find((edge) => edge.unit === unit && edge.kind === 'place' && alive(edge, at))?.authority;
const childrenOf = (unit, at) =>
	edges
		.filter((edge) => edge.kind === 'place' && edge.authority === unit && alive(edge, at))
		.map((edge) => units.get(edge.unit));
const nameAt = (unit, at) =>
	names.find((row) => row.unit === unit.id && alive(row, at))?.name ?? unit.full_name;
const ref = (unit) => ({ id: unit.id, kind: unit.kind, name: unit.full_name });

function pathOf(unit, at) {
	const path = [];
	for (let up = parentOf(unit.id, at); up; up = parentOf(up, at)) {
		const step = units.get(up);
		path.unshift({ id: step.id, name: nameAt(step, at) });
	}
	return path;
}

function row(unit, at) {
	const { formed: _f, went: _w, address: _a, levels: _l, ...rest } = unit;
	return {
		...rest,
		full_name: nameAt(unit, at),
		path: pathOf(unit, at),
		children: childrenOf(unit.id, at).length
	};
}

function grantOut(grant) {
	const { account: _a, unit, ...rest } = grant;
	return {
		...rest,
		role_name: roles.find((role) => role.code === grant.role)?.name ?? grant.role,
		unit: ref(units.get(unit))
	};
}

function meOf(account) {
	const mine = grants.filter((grant) => grant.account === account.id && alive(grant, day()));
	const strong = mine.some((grant) => grant.role === 'department_admin');
	const head = strong || mine.some((grant) => grant.role === 'head');
	return {
		account: {
			id: account.id,
			login: account.login,
			display_name: account.display_name,
			must_change_password: account.must_change_password
		},
		grants: mine.map(grantOut),
		capabilities: [
			'unit.view',
			...(head ? ['account.view', 'account.invite', 'grant.manage'] : []),
			...(strong ? ['unit.create', 'unit.edit'] : [])
		],
		screens: mine.length > 0 ? ['today', 'units', 'account'] : ['today', 'account']
	};
}

function begin(account, headers) {
	const token = `t${Math.random().toString(36).slice(2)}${Date.now()}`;
	const now = new Date().toISOString();
	sessions.set(token, {
		id: id(),
		account: account.id,
		created_at: now,
		seen_at: now,
		address: '127.0.0.1',
		device: deviceOf(headers['user-agent'] ?? '')
	});
	return { 'set-cookie': `khue=${token}; Path=/; HttpOnly; SameSite=Lax` };
}
const deviceOf = (agent) => (agent.includes('Mobile') ? 'Chrome trên Android' : 'Chrome trên Linux');

function tokenOf(headers) {
	return /(?:^|; )khue=([^;]+)/.exec(headers.cookie ?? '')?.[1];
}

function signIn({ body, headers }) {
	fields([
		...need(body, 'login', 'Hãy nhập tên đăng nhập.'),
		...need(body, 'password', 'Hãy nhập mật khẩu.')
	]);
	const failed = failures.get(body.login) ?? 0;
	if (failed >= 5) {
		failures.set(body.login, 0);
		refuse(
			429,
			'session.too_many',
			'Đã thử quá nhiều lần',
			'Tài khoản này vừa bị thử sai nhiều lần.',
			{},
			{ 'retry-after': '8' }
		);
	}
	const account = accounts.find((one) => one.login === body.login && one.password === body.password);
	if (!account) {
		failures.set(body.login, failed + 1);
		refuse(
			401,
			'session.refused',
			'Chưa đăng nhập được',
			'Tên đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra phím Caps Lock và bộ gõ tiếng Việt rồi thử lại.'
		);
	}
	return { status: 200, headers: begin(account, headers), body: meOf(account) };
}

const codeForm = (code) =>
	String(code ?? '')
		.toUpperCase()
		.replace(/[^A-Z0-9]/g, '');
function invitationBy(code) {
	const found = invitations.find((one) => codeForm(one.code) === codeForm(code));
	return (
		found ??
		refuse(
			404,
			'invitation.not_found',
			'Không có lời mời này',
			'Mã không đúng, đã dùng hoặc đã hết hạn. Hãy kiểm tra lại từng kí tự hoặc xin mã mới.'
		)
	);
}

function accept({ body, headers }) {
	const invitation = invitationBy(body.code);
	const wrong = [...need(body, 'login', 'Hãy nhập tên đăng nhập.')];
	if (accounts.some((one) => one.login === body.login))
		wrong.push({
			field: 'login',
			code: 'login.taken',
			detail: 'Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.'
		});
	if (String(body.password ?? '').length < 10)
		wrong.push({ field: 'password', code: 'password.short', detail: 'Mật khẩu cần ít nhất 10 kí tự.' });
	fields(wrong);
	const account = {
		id: id(),
		login: body.login,
		password: body.password,
		display_name: invitation.display_name,
		must_change_password: false
	};
	accounts.push(account);
	grants.push({
		id: id(),
		account: account.id,
		role: invitation.role,
		unit: invitation.unit,
		from: day(),
		to: null
	});
	invitations.splice(invitations.indexOf(invitation), 1);
	return { status: 201, headers: begin(account, headers), body: meOf(account) };
}

function once(request, make) {
	const key = request.headers['idempotency-key'];
	const digest = JSON.stringify([request.path, request.body]);
	if (key && keys.has(key)) {
		const kept = keys.get(key);
		if (kept.digest !== digest)
			refuse(409, 'idempotency.other_body', 'Khoá đã dùng', 'Khoá này đã dùng cho một yêu cầu khác.');
		return kept.answer;
	}
	const answer = make();
	if (key) keys.set(key, { digest, answer });
	return answer;
}

function list({ query }) {
	const at = query.get('as_of') ?? day();
	const q = fold(query.get('q') ?? '');
	const kinds = (query.get('kind') ?? '').split(',').filter(Boolean);
	const parent = query.get('parent');
	let found = [...units.values()].filter((unit) => aliveUnit(unit, at));
	const edge = query.get('edge') ?? 'place';
	if (parent) {
		const below = edges.filter((one) => one.kind === edge && one.authority === parent && alive(one, at));
		found = found.filter((unit) => below.some((one) => one.unit === unit.id));
	}
	if (kinds.length) found = found.filter((unit) => kinds.includes(unit.kind));
	if (q) {
		found = found.filter((unit) => {
			const words = fold(`${nameAt(unit, at)} ${unit.code ?? ''}`).split(/[^a-z0-9]+/);
			return q.split(/\s+/).every((wanted) => words.some((word) => word.startsWith(wanted)));
		});
	}
	return {
		status: 200,
		body: page(
			found.map((unit) => row(unit, at)),
			query
		)
	};
}

function unitOut(unit, at, me) {
	const counts = {};
	const walk = (from) => {
		for (const child of childrenOf(from, at)) {
			counts[child.kind] = (counts[child.kind] ?? 0) + 1;
			walk(child.id);
		}
	};
	walk(unit.id);
	const places = ['ministry', 'province', 'commune'].includes(unit.kind);
	const may = me.capabilities.filter((one) => {
		if (one === 'unit.create') return ['commune', 'school'].includes(unit.kind);
		if (one === 'unit.edit') return ['school', 'campus'].includes(unit.kind);
		return one === 'unit.view' || !places;
	});
	return {
		...row(unit, at),
		address: unit.address,
		levels: unit.levels ?? [],
		counts,
		may: unit.valid_to ? ['unit.view'] : may,
		edges: edges
			.filter((edge) => edge.unit === unit.id)
			.map((edge) => ({
				kind: edge.kind,
				authority: ref(units.get(edge.authority)),
				from: edge.from,
				to: edge.to
			}))
	};
}

function act(request, unit, what) {
	const { body, headers } = request;
	if (!headers['if-match'])
		refuse(428, 'request.version_missing', 'Thiếu phiên bản', 'Yêu cầu sửa phải nêu phiên bản.');
	if (headers['if-match'] !== `"${unit.version}"`)
		refuse(
			412,
			'unit.changed',
			'Đơn vị vừa được sửa',
			'Người khác vừa sửa đơn vị này. Hãy tải lại để xem bản mới rồi làm lại.'
		);
	const wrong = need(body, 'from', 'Hãy nhập ngày có hiệu lực.');
	if (what === 'renaming') wrong.push(...need(body, 'name', 'Hãy nhập tên mới.'));
	if (what === 'move') wrong.push(...need(body, 'authority', 'Hãy chọn đơn vị cấp trên mới.'));
	if (what === 'closure') wrong.push(...need(body, 'custodian', 'Hãy chọn đơn vị giữ hồ sơ.'));
	fields(wrong);
	const basis = body.basis ?? null;
	if (what === 'renaming') {
		const now = names.find((one) => one.unit === unit.id && !one.to);
		if (now) now.to = body.from;
		names.push({ unit: unit.id, name: body.name, from: body.from, to: null });
		history.push({
			unit: unit.id,
			date: body.from,
			kind: 'renamed',
			basis,
			text: `Đổi tên từ “${unit.full_name}” thành “${body.name}”`,
			from: [],
			to: []
		});
		unit.full_name = unit.name = body.name;
	} else if (what === 'move') {
		const now = edges.find((edge) => edge.unit === unit.id && edge.kind === body.edge && !edge.to);
		if (now) now.to = body.from;
		edges.push({ unit: unit.id, kind: body.edge, authority: body.authority, from: body.from, to: null });
		history.push({
			unit: unit.id,
			date: body.from,
			kind: 'moved',
			basis,
			text: 'Chuyển sang đơn vị quản lí mới',
			from: now ? [ref(units.get(now.authority))] : [],
			to: [ref(units.get(body.authority))]
		});
	} else {
		if (childrenOf(unit.id, body.from).length)
			refuse(
				409,
				'unit.has_children',
				'Chưa đóng được',
				`${unit.full_name} còn đơn vị trực thuộc. Hãy chuyển hoặc đóng các đơn vị đó trước.`
			);
		unit.valid_to = body.from;
		edges.push({ unit: unit.id, kind: 'custody', authority: body.custodian, from: body.from, to: null });
		history.push({
			unit: unit.id,
			date: body.from,
			kind: 'closed',
			basis,
			text: 'Ngừng hoạt động',
			from: [],
			to: [ref(units.get(body.custodian))]
		});
	}
	unit.version++;
	return { status: 201, body: row(unit, day()) };
}

function create({ body }) {
	const wrong = [
		...need(body, 'name', 'Hãy nhập tên đơn vị.'),
		...need(body, 'kind', 'Hãy chọn loại.'),
		...need(body, 'from', 'Hãy nhập ngày thành lập.')
	];
	if (body.code && [...units.values()].some((unit) => unit.code === body.code))
		wrong.push({ field: 'code', code: 'code.taken', detail: `Mã ${body.code} đã thuộc về đơn vị khác.` });
	fields(wrong);
	const parent =
		units.get(body.parent) ??
		refuse(404, 'unit.not_found', 'Không tìm thấy đơn vị', 'Không tìm thấy đơn vị cấp trên.');
	const made = addUnit(body.kind, body.name, parent, {
		code: body.code ?? null,
		full_name: body.name,
		valid_from: body.from,
		over: parent,
		levels: body.level
	});
	return { status: 201, body: row(made, day()) };
}

export function routes(request) {
	const { method, path, query, body, headers } = request;
	const at = `${method} ${path}`;
	if (at === 'GET /about') {
		return {
			status: 200,
			body: {
				product: 'Khuê',
				version: '0.1.0',
				demo: true,
				secure: false,
				demo_accounts: accounts.slice(0, 2).map((one) => ({
					login: one.login,
					password: one.password,
					display_name: one.display_name,
					role_name: meOf(one).grants[0]?.role_name
				}))
			}
		};
	}
	if (at === 'POST /session') return signIn(request);
	if (at === 'POST /invitations/look') {
		const one = invitationBy(body.code);
		return {
			status: 200,
			body: {
				unit_name: units.get(one.unit).full_name,
				role_name: roles.find((role) => role.code === one.role)?.name,
				display_name: one.display_name,
				expires_at: one.expires_at
			}
		};
	}
	if (at === 'POST /invitations/acceptance') return accept(request);

	const token = tokenOf(headers);
	const session = token && sessions.get(token);
	if (!session) refuse(401, 'session.none', 'Chưa đăng nhập', 'Phiên làm việc đã hết hoặc chưa đăng nhập.');
	const account = accounts.find((one) => one.id === session.account);
	const me = meOf(account);

	if (at === 'DELETE /session') {
		sessions.delete(token);
		return { status: 204 };
	}
	if (at === 'GET /me') return { status: 200, body: me };
	if (at === 'PUT /me/password') {
		const wrong =
			body.current === account.password
				? []
				: [{ field: 'current', code: 'password.wrong', detail: 'Mật khẩu hiện tại chưa đúng.' }];
		fields(wrong);
		account.password = body.new;
		account.must_change_password = false;
		return { status: 204 };
	}
	if (path === '/me/sessions') {
		const mine = [...sessions.entries()].filter(([, one]) => one.account === account.id);
		if (method === 'GET')
			return {
				status: 200,
				body: { items: mine.map(([key, { account: _a, ...one }]) => ({ ...one, current: key === token })) }
			};
		for (const [key] of mine) if (key !== token) sessions.delete(key);
		return { status: 204 };
	}
	if (method === 'DELETE' && path.startsWith('/me/sessions/')) {
		for (const [key, one] of sessions) if (one.id === path.split('/').at(-1)) sessions.delete(key);
		return { status: 204 };
	}
	if (at === 'GET /roles')
		return {
			status: 200,
			body: {
				items: roles.filter(
					(role) => !query.get('unit') || role.at.includes(units.get(query.get('unit'))?.kind)
				)
			}
		};
	if (at === 'GET /units') return list(request);
	if (at === 'POST /units') return once(request, () => create(request));

	if (method === 'DELETE') {
		const [, noun, target] = path.split('/');
		const from = noun === 'grants' ? grants : invitations;
		const index = from.findIndex((one) => one.id === target);
		if (index < 0) refuse(404, 'not_found', 'Không tìm thấy', 'Bản ghi này không còn.');
		if (noun === 'grants') from[index].to = day();
		else from.splice(index, 1);
		return { status: 204 };
	}

	const [, noun, target, sub] = path.split('/');
	const unit = noun === 'units' ? units.get(target) : undefined;
	if (!unit)
		refuse(
			404,
			'unit.not_found',
			'Không tìm thấy đơn vị',
			'Không tìm thấy đơn vị này, hoặc đơn vị ngoài phạm vi của bạn. Hãy tìm lại theo tên.'
		);
	const date = query.get('as_of') ?? day();
	if (method === 'GET' && !sub)
		return { status: 200, headers: { etag: `"${unit.version}"` }, body: unitOut(unit, date, me) };
	if (method === 'GET' && sub === 'history') {
		const part = ({ id: other, whole }) => ({
			...ref(units.get(other)),
			path: pathOf(units.get(other), units.get(other).valid_from),
			whole
		});
		return {
			status: 200,
			body: {
				items: history.filter((one) => one.unit === unit.id).map(({ unit: _u, ...one }) => one),
				names: names.filter((one) => one.unit === unit.id).map(({ unit: _u, ...one }) => one),
				formed_from: (unit.formed ?? []).map(part),
				went_to: (unit.went ?? []).map(part)
			}
		};
	}
	if (method === 'GET' && sub === 'accounts') {
		const here = grants.filter((grant) => grant.unit === unit.id && alive(grant, day()));
		const people = [...new Set(here.map((grant) => grant.account))];
		return {
			status: 200,
			body: {
				items: people.map((one) => {
					const { id: accountId, login, display_name } = accounts.find((other) => other.id === one);
					return {
						account: { id: accountId, login, display_name },
						grants: here.filter((grant) => grant.account === one).map(grantOut)
					};
				})
			}
		};
	}
	if (sub === 'invitations') {
		const nameOf = (role) => roles.find((one) => one.code === role)?.name ?? role;
		if (method === 'GET') {
			return {
				status: 200,
				body: {
					items: invitations
						.filter((one) => one.unit === unit.id)
						.map(({ code: _c, unit: _u, ...one }) => ({ ...one, role_name: nameOf(one.role) }))
				}
			};
		}
		return once(request, () => {
			fields([
				...need(body, 'display_name', 'Hãy nhập họ tên người được mời.'),
				...need(body, 'role', 'Hãy chọn vai trò.')
			]);
			const code = Array.from({ length: 3 }, () => Math.random().toString(36).slice(2, 6).toUpperCase()).join(
				'-'
			);
			const one = {
				id: id(),
				unit: unit.id,
				code,
				display_name: body.display_name,
				role: body.role,
				created_at: new Date().toISOString(),
				expires_at: new Date(Date.now() + (body.days ?? 14) * 864e5).toISOString()
			};
			invitations.push(one);
			return {
				status: 201,
				body: { id: one.id, code, link: `/loi-moi#${code}`, expires_at: one.expires_at }
			};
		});
	}
	if (method === 'POST' && sub === 'grants') {
		return once(request, () => {
			fields([
				...need(body, 'account', 'Hãy chọn người.'),
				...need(body, 'role', 'Hãy chọn vai trò.'),
				...need(body, 'from', 'Hãy nhập ngày bắt đầu.')
			]);
			const grant = {
				id: id(),
				account: body.account,
				role: body.role,
				unit: unit.id,
				from: body.from,
				to: body.to ?? null
			};
			grants.push(grant);
			return { status: 201, body: grantOut(grant) };
		});
	}
	if (method === 'POST' && ['renaming', 'move', 'closure'].includes(sub))
		return once(request, () => act(request, unit, sub));
	return refuse(404, 'not_found', 'Không có', 'Không có thao tác này.');
}
