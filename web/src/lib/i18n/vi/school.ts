export default {
	rooms: 'Các mục của trường',
	overview: 'Tổng quan',
	places: {
		lop: 'Lớp',
		'hoc-sinh': 'Học sinh',
		'thoi-khoa-bieu': 'Thời khoá biểu',
		'can-bo': 'Cán bộ',
		'nhap-du-lieu': 'Nhập dữ liệu',
		'xuat-du-lieu': 'Xuất dữ liệu',
		'trung-lap': 'Hồ sơ trùng',
		'nam-hoc': 'Năm học'
	},
	otherSchool: 'Trường khác',

	chooseTitle: 'Chọn trường',
	chooseDetail: (room: string) => `Mở mục ${room} của trường nào?`,
	search: 'Tìm trường',
	searchHint: 'Tên hoặc mã trường, không cần dấu',
	school: 'Trường',
	place: 'Thuộc',
	code: 'Mã',
	none: 'Không thấy trường nào',
	noneDetail: 'Thử gõ ít chữ hơn. Ở đây chỉ có các trường trong phạm vi vai trò của bạn.'
};
