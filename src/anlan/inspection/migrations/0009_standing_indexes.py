from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_number_word'),
        ('inspection', '0008_listing_photo_sha'),
        ('registry', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='hazard',
            name='inspection_hazard_open',
        ),
        migrations.AddIndex(
            model_name='hazard',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['region6', 'state', 'due_at', 'drill', 'grade', 'region9', 'enterprise', 'returned_count', 'office', 'closed_at'], name='inspection_hazard_open'),
        ),
        migrations.AddIndex(
            model_name='hazard',
            index=models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['region6', 'region9', 'state', 'drill', 'closed_at', 'looked_back_at', 'look_back_result'], name='inspection_hazard_closed'),
        ),
        migrations.AddIndex(
            model_name='hazard',
            index=models.Index(condition=models.Q(('reopened_as__isnull', False)), fields=['region6', 'looked_back_at'], name='inspection_hazard_again'),
        ),
    ]
