"""The judgements on findings of the draft checker."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Dismissal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('text_hash', models.CharField(max_length=64, verbose_name='文稿校验值')),
                ('claim', models.CharField(default='', max_length=64, verbose_name='意见校验值')),
                ('rule', models.SmallIntegerField(verbose_name='规则')),
                ('code', models.CharField(max_length=40, verbose_name='意见代码')),
                ('start', models.IntegerField(verbose_name='起始位置')),
                ('end', models.IntegerField(verbose_name='结束位置')),
                ('office', models.CharField(max_length=36, verbose_name='单位')),
                ('reason', models.CharField(max_length=200, verbose_name='不采纳理由')),
                ('person_id', models.CharField(max_length=36, verbose_name='提出人')),
                ('post_id', models.CharField(max_length=36, verbose_name='任职')),
                ('at', models.DateTimeField(verbose_name='提出时间')),
                ('taken_back_at', models.DateTimeField(null=True, verbose_name='恢复时间')),
                ('taken_back_by', models.CharField(default='', max_length=36, verbose_name='恢复人')),
            ],
            options={
                'verbose_name': '不采纳的审稿意见',
                'verbose_name_plural': '不采纳的审稿意见',
                'indexes': [models.Index(condition=models.Q(('taken_back_at__isnull', True)), fields=['office', 'claim'], name='reporting_dismissal_claim')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('office', 'text_hash', 'rule', 'code', 'start', 'end'), name='reporting_dismissal_once')],
            },
        ),
    ]
