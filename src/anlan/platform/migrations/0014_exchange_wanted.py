from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0013_exchange_sent'),
    ]

    operations = [
        migrations.AddField(
            model_name='peerlink',
            name='asked',
            field=models.TextField(default='[]'),
        ),
        migrations.AddField(
            model_name='peerlink',
            name='heard',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='peerlink',
            name='told',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='peerlink',
            name='wanted',
            field=models.TextField(default='{}'),
        ),
    ]
