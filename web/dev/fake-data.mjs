// Invented: one ministry, two provinces, a few dozen communes, schools and campuses. The same on every start.
let seed = 20261123;
const random = () => {
	seed = (seed * 48271) % 2147483647;
	return seed / 2147483647;
};
const pick = (list) => list[Math.floor(random() * list.length)];
let drawn = 0;
export const id = () => `01990000-0000-7000-8000-${String(++drawn).padStart(12, '0')}`;

const prefix = {
	ministry: '',
	department: '',
	province: '',
	commune: '',
	school: '',
	campus: 'Điểm trường '
};
export const units = new Map();
export const edges = [];
export const names = [];
export const history = [];

export function addUnit(kind, name, parent, extra = {}) {
	const unit = {
		id: id(),
		kind,
		code: extra.code ?? null,
		name,
		full_name: extra.full_name ?? `${prefix[kind] ?? ''}${name}`,
		address: extra.address ?? null,
		valid_from: extra.valid_from ?? '2025-07-01',
		valid_to: extra.valid_to ?? null,
		levels: extra.levels ?? [],
		version: 1
	};
	units.set(unit.id, unit);
	names.push({ unit: unit.id, name: unit.full_name, from: unit.valid_from, to: unit.valid_to });
	if (parent)
		edges.push({
			unit: unit.id,
			kind: 'place',
			authority: parent.id,
			from: unit.valid_from,
			to: unit.valid_to
		});
	for (const kind of extra.over ? ['teaching', 'staff', 'budget'] : []) {
		edges.push({ unit: unit.id, kind, authority: extra.over.id, from: unit.valid_from, to: null });
	}
	history.push({
		unit: unit.id,
		date: unit.valid_from,
		kind: 'formed',
		basis: extra.basis ?? null,
		text: extra.text ?? 'Thành lập',
		from: [],
		to: []
	});
	return unit;
}

export const ministry = addUnit('ministry', 'Bộ Giáo dục và Đào tạo', null, {
	code: 'BGDDT',
	valid_from: '1990-03-31'
});

const places = [
	[
		'Tỉnh Sông Mây',
		'91',
		[
			'An Bình',
			'Bến Đò',
			'Cầu Ván',
			'Đồng Xoan',
			'Gò Sậy',
			'Hoà Lạc',
			'Kênh Mới',
			'Long Điền',
			'Mỹ Thuận',
			'Phú Cường',
			'Tân Kiều',
			'Vĩnh Lộc'
		]
	],
	[
		'Thành phố Hải Vân',
		'92',
		[
			'Bạch Hạc',
			'Cửa Lò Gốm',
			'Đông Khê',
			'Hải Châu Thượng',
			'Ngũ Phụng',
			'Sơn Trà Bắc',
			'Thạch Bàn',
			'Xuân Đỉnh'
		]
	]
];
const saints = [
	'Nguyễn Trãi',
	'Lê Quý Đôn',
	'Trần Văn Ơn',
	'Võ Thị Sáu',
	'Chu Văn An',
	'Kim Đồng',
	'Lý Tự Trọng',
	'Hoa Sen',
	'Bông Sen',
	'Nguyễn Du',
	'Phan Bội Châu',
	'Tô Hiến Thành'
];
const stages = [
	['Trường Mầm non', 'MN'],
	['Trường Tiểu học', 'TH'],
	['Trường THCS', 'THCS'],
	['Trường THPT', 'THPT']
];

export const departments = [];
let codes = 0;
for (const [province, code, communes] of places) {
	const city = province.startsWith('Thành phố');
	const bare = province.replace(/^(Tỉnh|Thành phố) /, '');
	const top = addUnit('province', bare, ministry, { code, full_name: province });
	const department = addUnit('department', `Sở GDĐT ${bare}`, top, {
		code: `S${code}`,
		full_name: `Sở Giáo dục và Đào tạo ${bare}`,
		over: ministry
	});
	departments.push(department);
	communes.forEach((name, i) => {
		const full = `${city ? 'Phường' : 'Xã'} ${name}`;
		const commune = addUnit('commune', name, top, {
			code: `${code}${String(101 + i * 3)}`,
			full_name: full,
			basis: 'Nghị quyết 0000/NQ-UBTVQH15 (ví dụ)',
			text: `Thành lập ${full} trên cơ sở sắp xếp các đơn vị cũ`
		});
		if (i % 3 === 0) {
			const whole = addUnit('commune', `${name} A`, top, {
				full_name: `Xã ${name} A`,
				valid_from: '1977-01-01',
				valid_to: '2025-07-01'
			});
			const part = addUnit('commune', `${name} B`, top, {
				full_name: `Xã ${name} B`,
				valid_from: '1977-01-01',
				valid_to: '2025-07-01'
			});
			commune.formed = [
				{ id: whole.id, whole: true },
				{ id: part.id, whole: false }
			];
			for (const [old, all] of [
				[whole, true],
				[part, false]
			])
				old.went = [{ id: commune.id, whole: all }];
		}
		const office = addUnit('commune_office', `UBND ${full.toLowerCase().split(' ')[0]} ${name}`, commune, {
			over: department
		});
		const many = i === 0 ? 5 : 1 + Math.floor(random() * 4);
		for (let n = 0; n < many; n++) {
			const [stage] = stages[n % 4];
			const school = addUnit('school', `${stage.replace('Trường ', '')} ${pick(saints)}`, commune, {
				code: `${code}${String(++codes).padStart(6, '0')}`,
				full_name: '',
				over: n % 4 === 3 ? department : office,
				levels: [['MN'], ['TH'], ['THCS'], ['THPT']][n % 4],
				valid_from: `${1985 + Math.floor(random() * 35)}-09-05`,
				address: `${1 + Math.floor(random() * 200)} đường Trung tâm, ${full}`
			});
			school.full_name = `Trường ${school.name}`;
			names[names.length - 1].name = school.full_name;
			if (random() < 0.35) {
				addUnit('campus', 'Trung tâm', school, {
					over: school,
					full_name: `Điểm trường Trung tâm`,
					valid_from: school.valid_from
				});
				addUnit('campus', `Ấp ${2 + n}`, school, {
					over: school,
					full_name: `Điểm trường Ấp ${2 + n}`,
					valid_from: school.valid_from
				});
			}
		}
	});
}

export const roles = [
	{
		code: 'department_admin',
		name: 'Quản trị Sở GDĐT',
		description: 'Lập và sửa các đơn vị trong tỉnh, mời người dùng, cấp và thu quyền.',
		at: ['department']
	},
	{
		code: 'department_officer',
		name: 'Chuyên viên Sở GDĐT',
		description: 'Theo dõi các đơn vị trong tỉnh.',
		at: ['department']
	},
	{
		code: 'commune_officer',
		name: 'Cán bộ phụ trách giáo dục cấp xã',
		description: 'Phụ trách các trường trên địa bàn xã.',
		at: ['commune_office']
	},
	{
		code: 'head',
		name: 'Hiệu trưởng',
		description: 'Phụ trách trường: mời người của trường, cấp và thu quyền.',
		at: ['school']
	},
	{
		code: 'school_admin',
		name: 'Quản trị trường',
		description: 'Lo việc kĩ thuật ở trường.',
		at: ['school', 'campus']
	},
	{ code: 'teacher', name: 'Giáo viên', description: 'Dạy học ở trường.', at: ['school', 'campus'] }
];

const top = departments[0];
const firstSchool = [...units.values()].find((unit) => unit.kind === 'school');
export const accounts = [
	{
		id: id(),
		login: 'so.quantri',
		password: 'mau-tim-2026',
		display_name: 'Nguyễn Thu Trang',
		must_change_password: false
	},
	{
		id: id(),
		login: 'hieu.truong',
		password: 'mau-tim-2026',
		display_name: 'Lê Lan Hương',
		must_change_password: false
	},
	{
		id: id(),
		login: 'nguoi.moi',
		password: 'mau-tim-2026',
		display_name: 'Y Đăm Niê',
		must_change_password: true
	}
];
export const grants = [
	{ id: id(), account: accounts[0].id, role: 'department_admin', unit: top.id, from: '2026-08-01', to: null },
	{
		id: id(),
		account: accounts[1].id,
		role: 'head',
		unit: firstSchool.id,
		from: '2026-08-15',
		to: '2031-08-14'
	},
	{ id: id(), account: accounts[2].id, role: 'teacher', unit: firstSchool.id, from: '2026-09-01', to: null }
];
export const invitations = [
	{
		id: id(),
		unit: firstSchool.id,
		code: 'SONG-MAY-0001',
		display_name: 'Trần Gia Bảo',
		role: 'teacher',
		created_at: '2026-11-20T02:00:00.000000Z',
		expires_at: '2026-12-20T02:00:00.000000Z'
	}
];
export const sessions = new Map();
