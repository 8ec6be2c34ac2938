"""The tables of the platform as they are after the migrations named in `replaces`, for new databases."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from anlan.platform.tables import CreateTables


class Migration(migrations.Migration):

    replaces = [
        ('platform', '0001_initial'),
        ('platform', '0002_search'),
        ('platform', '0003_document'),
        ('platform', '0004_looks'),
        ('platform', '0005_document_matter'),
        ('platform', '0006_first_release'),
        ('platform', '0007_document_naming'),
        ('platform', '0008_node_forks'),
        ('platform', '0009_day_heads'),
        ('platform', '0010_more_looks'),
        ('platform', '0011_looks_in_memory'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        CreateTables(
            tables=[
                migrations.CreateModel(
                    name='ApiAnswer',
                    fields=[
                        ('id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ('fingerprint', models.CharField(max_length=64)),
                        ('status', models.SmallIntegerField()),
                        ('content_type', models.CharField(max_length=80)),
                        ('location', models.CharField(default='', max_length=300)),
                        ('body', models.BinaryField()),
                        ('created_at', models.DateTimeField(db_index=True)),
                    ],
                    options={
                        'db_table': 'api_answer',
                    },
                ),
                migrations.CreateModel(
                    name='DayHead',
                    fields=[
                        ('id', models.CharField(max_length=40, primary_key=True, serialize=False)),
                        ('node', models.CharField(max_length=24)),
                        ('day', models.DateField()),
                        ('seq', models.BigIntegerField()),
                        ('hash', models.BinaryField()),
                        ('key', models.CharField(max_length=64)),
                        ('signature', models.BinaryField()),
                    ],
                    options={
                        'db_table': 'journal_day_head',
                    },
                ),
                migrations.CreateModel(
                    name='JobLease',
                    fields=[
                        ('id', models.SmallIntegerField(primary_key=True, serialize=False)),
                        ('holder', models.CharField(max_length=120)),
                        ('until', models.DateTimeField()),
                    ],
                    options={
                        'db_table': 'job_lease',
                    },
                ),
                migrations.CreateModel(
                    name='JournalSeq',
                    fields=[
                        ('pk', models.CompositePrimaryKey('node', 'seq', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('node', models.CharField(max_length=24)),
                        ('seq', models.BigIntegerField()),
                        ('entry', models.UUIDField(unique=True)),
                        ('body_hash', models.BinaryField()),
                        ('hash', models.BinaryField()),
                    ],
                    options={
                        'db_table': 'journal_seq',
                    },
                ),
                migrations.CreateModel(
                    name='Node',
                    fields=[
                        ('id', models.CharField(max_length=24, primary_key=True, serialize=False)),
                        ('own', models.SmallIntegerField(default=0)),
                        ('region', models.CharField(max_length=12)),
                        ('last_seq', models.BigIntegerField(default=0)),
                        ('last_hash', models.BinaryField(default=bytes)),
                        ('last_hlc', models.BigIntegerField(default=0)),
                        ('fork_seq', models.BigIntegerField(null=True)),
                        ('fork_at', models.BigIntegerField(null=True)),
                        ('fence_seq', models.BigIntegerField(null=True)),
                        ('fence_hash', models.BinaryField(null=True)),
                    ],
                    options={
                        'db_table': 'journal_node',
                    },
                ),
                migrations.CreateModel(
                    name='Number',
                    fields=[
                        ('id', models.CharField(max_length=60, primary_key=True, serialize=False)),
                        ('last', models.BigIntegerField(default=0)),
                    ],
                    options={
                        'db_table': 'journal_number',
                    },
                ),
                migrations.CreateModel(
                    name='Redaction',
                    fields=[
                        ('entry', models.UUIDField(primary_key=True, serialize=False)),
                    ],
                    options={
                        'db_table': 'journal_redaction',
                    },
                ),
                migrations.CreateModel(
                    name='SearchRow',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('type', models.CharField(max_length=4)),
                        ('row', models.UUIDField(unique=True)),
                    ],
                    options={
                        'db_table': 'search_row',
                    },
                ),
                migrations.CreateModel(
                    name='SearchType',
                    fields=[
                        ('type', models.CharField(max_length=60, primary_key=True, serialize=False)),
                        ('columns', models.CharField(max_length=300)),
                    ],
                    options={
                        'db_table': 'search_type',
                    },
                ),
                migrations.CreateModel(
                    name='Unsequenced',
                    fields=[
                        ('entry', models.UUIDField(primary_key=True, serialize=False)),
                        ('hlc', models.BigIntegerField()),
                    ],
                    options={
                        'db_table': 'journal_unsequenced',
                    },
                ),
                migrations.CreateModel(
                    name='Attachment',
                    fields=[
                        ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ('media_type', models.CharField(max_length=100)),
                        ('size', models.BigIntegerField()),
                        ('name', models.CharField(max_length=120)),
                        ('width', models.IntegerField(null=True)),
                        ('height', models.IntegerField(null=True)),
                        ('taken_at', models.DateTimeField(null=True)),
                        ('lon', models.FloatField(null=True)),
                        ('lat', models.FloatField(null=True)),
                        ('look', models.CharField(default='', max_length=16)),
                        ('stored_at', models.DateTimeField()),
                        ('erased', models.SmallIntegerField(default=0)),
                        ('looked', models.SmallIntegerField(default=0)),
                    ],
                    options={
                        'db_table': 'attachment',
                        'indexes': [models.Index(condition=models.Q(('look', ''), _negated=True), fields=['look'], name='attachment_look'), models.Index(fields=['looked', 'stored_at'], name='attachment_looked')],
                    },
                ),
                migrations.CreateModel(
                    name='AttachmentLink',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('sha256', models.CharField(max_length=64)),
                        ('subject', models.CharField(max_length=90)),
                    ],
                    options={
                        'db_table': 'attachment_link',
                        'indexes': [models.Index(fields=['subject'], name='attachment_link_subject')],
                        'constraints': [models.UniqueConstraint(fields=('sha256', 'subject'), name='attachment_link_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AttachmentLook',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('sha256', models.CharField(max_length=64)),
                        ('place', models.SmallIntegerField()),
                        ('look', models.BigIntegerField()),
                    ],
                    options={
                        'db_table': 'attachment_looks',
                        'constraints': [models.UniqueConstraint(fields=('sha256', 'place'), name='attachment_looks_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Document',
                    fields=[
                        ('id', models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name='内部编号')),
                        ('region', models.CharField(editable=False, max_length=12, verbose_name='区划代码')),
                        ('region6', models.CharField(editable=False, max_length=6, verbose_name='县级代码')),
                        ('region9', models.CharField(editable=False, max_length=9, verbose_name='乡级代码')),
                        ('drill', models.SmallIntegerField(default=0, editable=False, verbose_name='演练')),
                        ('contested', models.SmallIntegerField(default=0, editable=False, verbose_name='待合并裁定')),
                        ('created_at', models.DateTimeField(editable=False, verbose_name='登记时间')),
                        ('changed_at', models.DateTimeField(editable=False, verbose_name='最近变动')),
                        ('number', models.CharField(max_length=60, verbose_name='文书编号')),
                        ('template', models.CharField(max_length=60, verbose_name='文书种类代码')),
                        ('label', models.CharField(max_length=60, verbose_name='文书名称')),
                        ('about', models.CharField(max_length=90, verbose_name='所涉对象')),
                        ('title', models.CharField(default='', max_length=160, verbose_name='当事人')),
                        ('office_id', models.UUIDField(null=True, verbose_name='监管科室')),
                        ('party_id', models.UUIDField(null=True, verbose_name='当事企业')),
                        ('state', models.CharField(choices=[('issued', '已出具'), ('signed', '已签字'), ('refused', '已拒签'), ('served', '已送达'), ('void', '已作废')], max_length=10, verbose_name='状态')),
                        ('sha256', models.CharField(max_length=64, verbose_name='文件摘要')),
                        ('matter', models.CharField(default='', max_length=24, verbose_name='事项摘要')),
                        ('issued_at', models.DateTimeField(verbose_name='出具时间')),
                        ('issued_by', models.CharField(default='', max_length=36, verbose_name='出具人')),
                        ('refused_at', models.DateTimeField(null=True, verbose_name='拒签时间')),
                        ('refusal', models.TextField(default='', verbose_name='拒签情况')),
                        ('witnesses', models.CharField(default='', max_length=100, verbose_name='见证人')),
                        ('served_at', models.DateTimeField(null=True, verbose_name='送达时间')),
                        ('served_by', models.CharField(default='', max_length=36, verbose_name='送达人')),
                        ('way', models.CharField(choices=[('direct', '直接送达'), ('lien', '留置送达'), ('entrust', '委托送达'), ('post', '邮寄送达'), ('electronic', '电子送达'), ('notice', '公告送达')], default='', max_length=12, verbose_name='送达方式')),
                        ('receiver', models.CharField(default='', max_length=60, verbose_name='受送达人')),
                        ('voided_at', models.DateTimeField(null=True, verbose_name='作废时间')),
                        ('void_reason', models.TextField(default='', verbose_name='作废原因')),
                    ],
                    options={
                        'verbose_name': '文书',
                        'verbose_name_plural': '文书',
                        'db_table': 'document',
                        'indexes': [models.Index(fields=['region6', '-issued_at'], name='document_county'), models.Index(fields=['region9', '-issued_at'], name='document_town'), models.Index(fields=['about'], name='document_about'), models.Index(fields=['party_id', '-issued_at'], name='document_party'), models.Index(fields=['number'], name='document_number')],
                    },
                ),
                migrations.CreateModel(
                    name='DocumentPaper',
                    fields=[
                        ('id', models.CharField(editable=False, max_length=120, primary_key=True, serialize=False)),
                        ('key', models.CharField(editable=False, max_length=80, verbose_name='键')),
                        ('kind', models.CharField(choices=[('signature', '手写签名'), ('scan', '签字扫描件')], max_length=10, verbose_name='形式')),
                        ('signer', models.CharField(choices=[('party', '被检查单位'), ('officer', '执法人员'), ('witness', '见证人'), ('receiver', '受送达人')], max_length=10, verbose_name='签字人身份')),
                        ('name', models.CharField(default='', max_length=60, verbose_name='签字人')),
                        ('signed_at', models.DateTimeField(verbose_name='签字时间')),
                        ('parent', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='platform.document')),
                    ],
                    options={
                        'verbose_name': '文书签字页',
                        'verbose_name_plural': '文书签字页',
                        'db_table': 'document_paper',
                        'ordering': ['signed_at', 'key'],
                    },
                ),
                migrations.CreateModel(
                    name='Head',
                    fields=[
                        ('sid', models.BigAutoField(primary_key=True, serialize=False)),
                        ('subject', models.CharField(max_length=90, unique=True)),
                        ('version', models.IntegerField(default=0)),
                        ('last_hlc', models.BigIntegerField(default=0)),
                        ('last_node', models.CharField(default='', max_length=24)),
                        ('last_id', models.UUIDField(null=True)),
                        ('tip', models.UUIDField(null=True)),
                        ('state', models.CharField(max_length=40, null=True)),
                        ('region', models.CharField(max_length=12)),
                        ('drill', models.SmallIntegerField(default=0)),
                        ('settled', models.SmallIntegerField(default=1)),
                        ('stalled', models.SmallIntegerField(default=0)),
                        ('legal', models.TextField(null=True)),
                        ('open', models.TextField(null=True)),
                    ],
                    options={
                        'db_table': 'journal_head',
                        'indexes': [models.Index(condition=models.Q(('open__isnull', False)), fields=['sid'], name='journal_head_open'), models.Index(condition=models.Q(('stalled', 1)), fields=['sid'], name='journal_head_stalled')],
                    },
                ),
                migrations.CreateModel(
                    name='ImportRun',
                    fields=[
                        ('id', models.UUIDField(primary_key=True, serialize=False)),
                        ('ledger', models.CharField(max_length=80)),
                        ('name', models.CharField(max_length=200, verbose_name='文件')),
                        ('sha256', models.CharField(max_length=64)),
                        ('person', models.CharField(max_length=36)),
                        ('scope', models.TextField()),
                        ('mode', models.CharField(default='dry_run', max_length=10)),
                        ('state', models.CharField(choices=[('checking', '正在检查'), ('checked', '检查完毕，待确认'), ('writing', '正在导入'), ('done', '导入完毕'), ('refused', '未导入'), ('failed', '导入出错')], default='checking', max_length=10, verbose_name='状态')),
                        ('report', models.TextField(default='{}')),
                        ('error', models.TextField(default='')),
                        ('created_at', models.DateTimeField()),
                        ('changed_at', models.DateTimeField()),
                    ],
                    options={
                        'db_table': 'ledger_import',
                        'indexes': [models.Index(fields=['person', '-created_at'], name='ledger_import_person')],
                    },
                ),
                migrations.CreateModel(
                    name='JobRun',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('job', models.CharField(max_length=80)),
                        ('due_at', models.DateTimeField()),
                        ('started_at', models.DateTimeField(null=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('attempts', models.IntegerField(default=0)),
                        ('result', models.CharField(blank=True, default='', max_length=500)),
                        ('error', models.TextField(blank=True, default='')),
                    ],
                    options={
                        'db_table': 'job_run',
                        'indexes': [models.Index(fields=['-due_at'], name='job_run_due')],
                        'constraints': [models.UniqueConstraint(fields=('job', 'due_at'), name='job_run_once')],
                    },
                ),
                migrations.CreateModel(
                    name='JournalEntry',
                    fields=[
                        ('id', models.UUIDField(primary_key=True, serialize=False)),
                        ('sid', models.BigIntegerField()),
                        ('node', models.CharField(max_length=24)),
                        ('hlc', models.BigIntegerField()),
                        ('kind', models.CharField(max_length=64)),
                        ('actor', models.CharField(max_length=36)),
                        ('once', models.CharField(max_length=120, null=True)),
                        ('body', models.TextField()),
                        ('text', models.TextField(null=True)),
                        ('text_hash', models.BinaryField(null=True)),
                        ('received_at', models.BigIntegerField()),
                    ],
                    options={
                        'db_table': 'journal_entry',
                        'indexes': [models.Index(fields=['sid', 'hlc'], name='journal_entry_sid_hlc'), models.Index(fields=['actor', 'hlc'], name='journal_entry_actor'), models.Index(fields=['hlc'], name='journal_entry_hlc'), models.Index(condition=models.Q(('once__isnull', False)), fields=['sid', 'once'], name='journal_entry_once'), models.Index(condition=models.Q(('kind', 'platform.clock.corrected')), fields=['hlc'], name='journal_entry_clock')],
                    },
                ),
                migrations.CreateModel(
                    name='Region',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('code', models.CharField(max_length=12)),
                        ('name', models.CharField(max_length=80)),
                        ('level', models.CharField(max_length=10)),
                        ('parent', models.CharField(blank=True, default='', max_length=12)),
                        ('valid_from', models.DateField(null=True)),
                        ('valid_until', models.DateField(null=True)),
                        ('successors', models.CharField(blank=True, default='', max_length=400)),
                    ],
                    options={
                        'db_table': 'region',
                        'indexes': [models.Index(fields=['code'], name='region_code')],
                    },
                ),
                migrations.CreateModel(
                    name='VaultValue',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('ref', models.CharField(max_length=90)),
                        ('field', models.CharField(max_length=60)),
                        ('hlc', models.BigIntegerField()),
                        ('sealed', models.BinaryField(null=True)),
                        ('mask', models.CharField(default='', max_length=60)),
                        ('blind', models.CharField(default='', max_length=64)),
                    ],
                    options={
                        'db_table': 'vault_value',
                        'indexes': [models.Index(fields=['ref', 'field', '-hlc'], name='vault_ref_field'), models.Index(fields=['blind'], name='vault_blind')],
                    },
                ),
                migrations.CreateModel(
                    name='DocumentNaming',
                    fields=[
                        ('id', models.CharField(editable=False, max_length=120, primary_key=True, serialize=False)),
                        ('key', models.CharField(editable=False, max_length=80, verbose_name='键')),
                        ('parent', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='naming', to='platform.document')),
                    ],
                    options={
                        'verbose_name': '文书另涉事项',
                        'verbose_name_plural': '文书另涉事项',
                        'db_table': 'document_naming',
                        'ordering': ['key'],
                        'indexes': [models.Index(fields=['key'], name='document_naming_key')],
                    },
                ),
            ],
        ),
        # The name of its module begins with a digit.
        import_module('anlan.platform.migrations.0002_search').WordTable(),
    ]
