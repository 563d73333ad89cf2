"""What can be wrong with a spreadsheet as a whole, in the words of who sends it."""

from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import DomainError, Forbidden, NotFound


class FileRefused(DomainError):
    """The file cannot be read as a table, is too large, or is dangerous; no row was looked at."""

    status = 422
    code = "file_refused"
    message = _("这个文件不能导入。")
    remedy = _("请下载模板，按模板填写后另存为 xlsx 或 csv 再上传。")


class NoSuchUpload(NotFound):
    code = "no_such_upload"
    message = _("没有找到这次导入。")
    remedy = _("上传的文件只保留一天，请重新上传。")


class NotReady(DomainError):
    """Confirming what was not checked, has faults, or is being loaded already."""

    code = "upload_not_ready"
    message = _("这次导入目前不能确认。")
    remedy = _("请等检查完成；有错误的，请改正后重新上传。")


class NotYourImport(Forbidden):
    code = "not_your_import"
    message = _("您的岗位不能导入这类表格。")
    remedy = _("机构、科室、居民由系统管理员导入，人员由安全管理员导入，排班和签约可由本机构导入。")
