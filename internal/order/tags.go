package order

import (
	"strings"

	"baihuo/internal/fault"
)

// ErrTags says that a tag cannot stand.
var ErrTags = fault.New(fault.Invalid, "fields_invalid", "请求内容有误,请按提示修改后重新提交",
	"The request cannot be read as it stands; mend the fields named and send it again").
	Field("tags", "标签不能为空或含空格", "a tag is not empty and holds no blank")

// JoinTags makes Edit.Tags of a list. Fault: ErrTags.
func JoinTags(list []string) (string, error) {
	for _, tag := range list {
		if tag == "" || strings.ContainsAny(tag, " \t\n") {
			return "", ErrTags
		}
	}
	return strings.Join(list, " "), nil
}
